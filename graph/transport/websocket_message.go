package transport

import (
	"bytes"
	"strings"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// webSocketProtocol is the only subprotocol of WebSocket that the gateway speaks:
// https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
const webSocketProtocol = "graphql-transport-ws"

// The types of its messages.
const (
	messageInit      = "connection_init" // from the client
	messageAck       = "connection_ack"
	messagePing      = "ping"      // from either side
	messagePong      = "pong"      // from either side
	messageSubscribe = "subscribe" // from the client
	messageNext      = "next"
	messageError     = "error"
	messageComplete  = "complete" // from either side
)

// maxMessageID is how many bytes the id of an operation may have, which every message repeats.
const maxMessageID = 256

// A socketMessage is a message of the client.
type socketMessage struct {
	Type    string         `json:"type"`
	ID      string         `json:"id"`
	Payload jsontext.Value `json:"payload"`
}

// A breach is the reason why the gateway closes a connection, such as a client that breaks the protocol
// or must not come in. Its text is fixed and short, as a closing frame has room for 123 bytes.
type breach struct {
	code   websocket.StatusCode
	reason string
}

func (b *breach) Error() string { return b.reason }

var (
	errMessage        = &breach{4400, "A message must be a JSON object whose type is a string."}
	errMessageBinary  = &breach{4400, "Messages must be text, not binary."}
	errMessageType    = &breach{4400, "The type of a message is unknown."}
	errMessageID      = &breach{4400, "An operation needs an id of 1 to 256 bytes."}
	errPayload        = &breach{4400, "An operation's payload must be an object with query, operationName, variables and extensions."}
	errInitPayload    = &breach{4400, "The payload of connection_init must be an object."}
	errUninvited      = &breach{4401, "Unauthorized: connection_init comes first."}
	errAuthorization  = &breach{4401, `Unauthorized: the Authorization in connection_init must be "Bearer" and a valid token.`}
	errInitTimeout    = &breach{4408, "Connection initialisation timeout"}
	errSubscriberID   = &breach{4409, "Subscriber for this id already exists"}
	errInitAgain      = &breach{4429, "Too many initialisation requests"}
	errMessageTooLong = &breach{websocket.StatusMessageTooBig, "A message is longer than the gateway's setting --max-body allows."}
	errMessageValues  = &breach{websocket.StatusMessageTooBig, "A message has more than one value for every 8 bytes of the setting --max-body."}
	errStopping       = &breach{websocket.StatusGoingAway, "The gateway is stopping."}
)

// decodeMessage reads a message of the client. The error is a breach.
func decodeMessage(text []byte) (socketMessage, error) {
	var message socketMessage
	if json.Unmarshal(text, &message) != nil || message.Type == "" {
		return socketMessage{}, errMessage
	}
	switch message.Type {
	case messageInit, messagePing, messagePong:
		return message, nil
	case messageSubscribe, messageComplete:
		if message.ID == "" || len(message.ID) > maxMessageID {
			return socketMessage{}, errMessageID
		}
		return message, nil
	default:
		return socketMessage{}, errMessageType
	}
}

// encodeMessage writes a message of the gateway. The function payload writes its payload, and is nil if
// it has none. The id is empty if the message concerns the whole connection.
func encodeMessage(into *bytes.Buffer, kind, id string, payload func(*bytes.Buffer)) {
	object := objectWriter{into: into}
	object.value("type", kind)
	if id != "" {
		object.value("id", id)
	}
	if payload != nil {
		object.name("payload")
		payload(into)
	}
	object.end()
}

// authorizationIn returns the Authorization in the payload of connection_init, whose name may be written
// in upper or lower case, and whether there is one: null is none, and an empty text is one that is wrong.
// The error is a breach.
func authorizationIn(payload jsontext.Value) (found string, given bool, err error) {
	var members map[string]any
	if len(payload) > 0 && decodeJSON(payload, &members) != nil {
		return "", false, errInitPayload
	}
	for name, value := range members {
		if !strings.EqualFold(name, "Authorization") || value == nil {
			continue
		}
		text, ok := value.(string)
		if !ok || given {
			return "", false, errAuthorization
		}
		found, given = text, true
	}
	return found, given, nil
}

package sandbox

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"certql/upstream/sandbox/response"
)

// maxBody bounds a request body, in bytes: room for 250 decisions with long comments.
const maxBody = 4 << 20

// decodeBody reads a JSON body strictly: the right media type, nothing but one value, no member that the operation
// does not know, none twice, and none of the wrong type. Whether members are missing is for the caller to check.
func decodeBody(w http.ResponseWriter, r *http.Request, into any) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return response.Refuse(response.WrongMediaType, "The request body must be application/json.")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return response.Refuse(response.BodyTooLarge, "The request body is larger than %d bytes.", maxBody)
	}
	if err != nil {
		return response.Refuse(response.BadContent, "The request body could not be read.")
	}
	if err := json.Unmarshal(text, into, json.RejectUnknownMembers(true)); err != nil {
		return response.Refuse(response.BadContent, "The request body is malformed%s.", position(err))
	}
	return nil
}

// position says where a body is malformed, without quoting it.
func position(err error) string {
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok && wrong.JSONPointer != "" {
		return fmt.Sprintf(" at %.80q", string(wrong.JSONPointer))
	}
	return ""
}

// A reviewDecision is the vendor's ReviewDecision as sent; pointers tell a missing member from an empty one.
type reviewDecision struct {
	ID              string                `json:"id"`
	Decision        string                `json:"decision"`
	ProposedEndDate *string               `json:"proposedEndDate"`
	Bulk            *bool                 `json:"bulk"`
	Recommendation  *reviewRecommendation `json:"recommendation"`
	Comments        *string               `json:"comments"`
}

// A reviewRecommendation is the vendor's ReviewRecommendation: accepted, and never shown again.
type reviewRecommendation struct {
	Recommendation *string  `json:"recommendation"`
	Reasons        []string `json:"reasons"`
	Timestamp      *string  `json:"timestamp"`
}

// maxDecisions is how many decisions one request may carry.
const maxDecisions = 250

// decodeDecisions reads the body of makeIdentityDecision and checks what can be checked without the certification.
func decodeDecisions(w http.ResponseWriter, r *http.Request) ([]reviewDecision, error) {
	var decisions []reviewDecision
	if err := decodeBody(w, r, &decisions); err != nil {
		return nil, err
	}
	switch {
	case len(decisions) == 0:
		return nil, response.Refuse(response.MissingData, "The request must carry at least one decision.")
	case len(decisions) > maxDecisions:
		return nil, response.Refuse(response.LimitViolation, "The request carries %d decisions; at most %d are allowed.", len(decisions), maxDecisions)
	}
	for i, each := range decisions {
		if err := each.check(i); err != nil {
			return nil, err
		}
	}
	return decisions, nil
}

func (d reviewDecision) check(at int) error {
	switch {
	case strings.TrimSpace(d.ID) == "":
		return response.Refuse(response.MissingData, "[%d].id: required.", at)
	case d.Decision == "":
		return response.Refuse(response.MissingData, "[%d].decision: required.", at)
	case d.Decision != string(approve) && d.Decision != string(revoke):
		return response.Refuse(response.IllegalValue, "[%d].decision: %.40q is neither APPROVE nor REVOKE.", at, d.Decision)
	case d.Bulk == nil:
		return response.Refuse(response.MissingData, "[%d].bulk: required.", at)
	}
	if d.ProposedEndDate != nil {
		if _, err := time.Parse(time.RFC3339, *d.ProposedEndDate); err != nil {
			return response.Refuse(response.IllegalValue, "[%d].proposedEndDate: %.40q is no date and time.", at, *d.ProposedEndDate)
		}
	}
	if d.Recommendation != nil && d.Recommendation.Timestamp != nil {
		if _, err := time.Parse(time.RFC3339, *d.Recommendation.Timestamp); err != nil {
			return response.Refuse(response.IllegalValue, "[%d].recommendation.timestamp: %.40q is no date and time.", at, *d.Recommendation.Timestamp)
		}
	}
	return nil
}

// A reviewReassign is the vendor's ReviewReassign as sent.
type reviewReassign struct {
	Reassign []struct {
		ID   string        `json:"id"`
		Type referenceType `json:"type"`
	} `json:"reassign"`
	ReassignTo string `json:"reassignTo"`
	Reason     string `json:"reason"`
}

// decodeReassign reads the body of a reassignment and checks what can be checked without the certification. most is how
// many references the operation allows.
func decodeReassign(w http.ResponseWriter, r *http.Request, most int) (reviewReassign, error) {
	var body reviewReassign
	if err := decodeBody(w, r, &body); err != nil {
		return body, err
	}
	switch {
	case len(body.Reassign) == 0:
		return body, response.Refuse(response.MissingData, "reassign: required, with at least one reference.")
	case len(body.Reassign) > most:
		return body, response.Refuse(response.LimitViolation, "reassign: %d references; at most %d are allowed.", len(body.Reassign), most)
	case strings.TrimSpace(body.ReassignTo) == "":
		return body, response.Refuse(response.MissingData, "reassignTo: required.")
	case strings.TrimSpace(body.Reason) == "":
		return body, response.Refuse(response.MissingData, "reason: required.")
	}
	for i, each := range body.Reassign {
		switch {
		case strings.TrimSpace(each.ID) == "":
			return body, response.Refuse(response.MissingData, "reassign[%d].id: required.", i)
		case each.Type == "":
			return body, response.Refuse(response.MissingData, "reassign[%d].type: required.", i)
		case each.Type != itemReference && each.Type != identitySummaryReference && each.Type != targetSummaryReference:
			return body, response.Refuse(response.IllegalValue, "reassign[%d].type: %.40q is none of ITEM, IDENTITY_SUMMARY, TARGET_SUMMARY.", i, each.Type)
		}
	}
	return body, nil
}

package document

import (
	"context"
	"encoding/json"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// Persistence is the extension that finds the documents that requests name: trusted ones by their
// ids, and others by the hashes of their texts after a client has sent both together (Apollo's
// automatic persisted queries). It works the same over every transport.
type Persistence struct {
	trusted     *Trusted
	trustedOnly bool              // nothing else is executed
	queries     *persistedQueries // nil if they are turned off
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = Persistence{}

// NewPersistence returns the extension for the trusted documents, which may be nil. If trustedOnly,
// no other document is executed. persistedBytes is how many bytes the persisted queries may take in
// all, with about 256 each beside their texts and hashes; 0 turns them off. Other replicas have what is kept in
// shared too, which may be nil.
func NewPersistence(trusted *Trusted, trustedOnly bool, persistedBytes int64, shared SharedTexts) Persistence {
	p := Persistence{trusted: trusted, trustedOnly: trustedOnly}
	if !trustedOnly {
		p.queries = newPersistedQueries(persistedBytes, shared)
	}
	return p
}

const persistenceName = "Persistence"

// ExtensionName names the extension.
func (Persistence) ExtensionName() string { return persistenceName }

// Validate accepts any schema.
func (Persistence) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters puts the text of the document that a request names into the request. It
// returns an error if there is no such document, if the request has another text than it names, or if
// the document is not trusted though only trusted ones are executed.
func (p Persistence) MutateOperationParameters(ctx context.Context, request *graphql.RawParams) *gqlerror.Error {
	if id, ok := request.Extensions[IDExtension].(ID); ok {
		if err := p.resolve(ctx, request, reference{id: string(id)}); err != nil {
			return err
		}
	}
	if value := request.Extensions[PersistedQueryExtension]; value != nil {
		hash, err := readHash(value)
		if err != nil {
			return err
		}
		if err := p.resolve(ctx, request, reference{id: hash, byHash: true}); err != nil {
			return err
		}
	}
	if p.trustedOnly && !p.trusted.Has(request.Query) {
		return apierror.New(apierror.CodeNotTrusted, "Only trusted documents are executed, and this is not one of them: name one by its documentId.")
	}
	return nil
}

// resolve finds the document that a reference names. If the request has a text as well, the two have
// to belong together.
func (p Persistence) resolve(ctx context.Context, request *graphql.RawParams, named reference) *gqlerror.Error {
	if p.trusted == nil && p.queries == nil && !p.trustedOnly {
		return named.notSupported()
	}
	id := bareID(named.id)
	text, known := p.trusted.text(id)
	switch {
	case known:
	case request.Query != "":
		text, known = p.queries.get(id)
	default:
		var elsewhere time.Time
		if text, elsewhere, known = p.queries.find(ctx, id); known && !elsewhere.IsZero() {
			keepAfterChecks(ctx, toKeep{id, elsewhere})
		}
	}
	switch {
	case request.Query == "" && known:
		request.Query = text
	case request.Query == "" && p.trustedOnly:
		return apierror.New(apierror.CodeNotTrusted, "Only trusted documents are executed, and none has this id.")
	case request.Query == "":
		return named.notFound()
	case known && text == request.Query:
	case Hash(request.Query) != id:
		return named.mismatch()
	case p.queries != nil:
		keepAfterChecks(ctx, toKeep{hash: id})
	}
	return nil
}

// toKeep is the hash under which a document is kept that is valid, and from when on for other replicas.
type toKeep struct {
	hash      string
	elsewhere time.Time
}

func keepAfterChecks(ctx context.Context, k toKeep) {
	graphql.GetOperationContext(ctx).Stats.SetExtension(persistenceName, k)
}

// MutateOperationContext keeps a document under its hash if the client has sent both, or another replica has
// it. It has been validated by now. It returns no error.
func (p Persistence) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if k, ok := operation.Stats.GetExtension(persistenceName).(toKeep); ok {
		p.queries.put(k.hash, operation.RawQuery, k.elsewhere)
	}
	return nil
}

// IDExtension is the name of the extension in which a transport hands over a request's documentId, as
// an ID: gqlgen has no other place for it. A value that the caller put there is no ID and is ignored.
const IDExtension = "documentId"

// An ID is the documentId of a request.
type ID string

// PersistedQueryExtension is the name of the extension in which a request has the hash of a document.
const PersistedQueryExtension = "persistedQuery"

// readHash returns the hash in the value of that extension.
func readHash(value any) (string, *gqlerror.Error) {
	members, _ := value.(map[string]any)
	hash, ok := members["sha256Hash"].(string)
	version := members["version"]
	if number, isNumber := version.(json.Number); isNumber {
		version, _ = number.Float64()
	}
	if !ok || version != 1.0 {
		return "", apierror.New(apierror.CodeBadUserInput, "extensions.persistedQuery must be an object with version 1 and, as sha256Hash, the hash of the document or its id.")
	}
	return hash, nil
}

// A reference names a document.
type reference struct {
	id     string
	byHash bool // by the extension persistedQuery; otherwise by documentId
}

// notFound returns the error for a document that is not there. Clients that send hashes look for this
// very message, and then send the text with the hash.
func (r reference) notFound() *gqlerror.Error {
	if r.byHash {
		return apierror.New(apierror.CodePersistedNotFound, "PersistedQueryNotFound")
	}
	return apierror.New(apierror.CodePersistedNotFound, "No document has this documentId.")
}

// notSupported returns the error for a reference to a document if none can be there.
func (r reference) notSupported() *gqlerror.Error {
	if r.byHash {
		return apierror.New(apierror.CodePersistedNotSupported, "PersistedQueryNotSupported")
	}
	return apierror.New(apierror.CodePersistedNotSupported, "This gateway has no documents with ids: send the query itself.")
}

// mismatch returns the error for a reference to another document than the request has.
func (r reference) mismatch() *gqlerror.Error {
	if r.byHash {
		return apierror.New(apierror.CodeBadUserInput, "extensions.persistedQuery.sha256Hash is not the hash of the query: the SHA-256 of its text in UTF-8, as hexadecimal digits in lower case.")
	}
	return apierror.New(apierror.CodeBadUserInput, "query and documentId are not the same document: send one of them.")
}

package document

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"certql/graph/apierror"
)

// Persistence is the extension that finds the documents that requests name: trusted ones by their
// ids, and others by the hashes of their texts, once a client has sent both together (Apollo's
// automatic persisted queries). It is the same for every transport.
type Persistence struct {
	trusted     *Trusted
	trustedOnly bool              // nothing else is executed
	queries     *persistedQueries // nil where they are turned off
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.OperationContextMutator
} = Persistence{}

func NewPersistence(trusted *Trusted, trustedOnly bool, persistedBytes int64) Persistence {
	p := Persistence{trusted: trusted, trustedOnly: trustedOnly}
	if !trustedOnly {
		p.queries = newPersistedQueries(persistedBytes)
	}
	return p
}

const persistenceName = "Persistence"

// ExtensionName names the extension.
func (Persistence) ExtensionName() string { return persistenceName }

// Validate accepts any schema.
func (Persistence) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters puts the text of the document that a request names into the request.
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
	if _, ok := p.trusted.Document(request.Query); p.trustedOnly && !ok {
		return apierror.New(apierror.CodeNotTrusted, "Only trusted documents are executed: name one by its documentId. This document is none.")
	}
	return nil
}

// resolve finds the document that a reference names. Where the text is there as well, the two have
// to belong together.
func (p Persistence) resolve(ctx context.Context, request *graphql.RawParams, named reference) *gqlerror.Error {
	if p.trusted == nil && p.queries == nil && !p.trustedOnly {
		return named.notSupported()
	}
	id := bareID(named.id)
	text, known := p.trusted.text(id)
	if !known {
		text, known = p.queries.get(id)
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
		graphql.GetOperationContext(ctx).Stats.SetExtension(persistenceName, id)
	}
	return nil
}

// MutateOperationContext keeps a document under its hash where a client has sent both. The document
// is valid by now.
func (p Persistence) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if hash, ok := operation.Stats.GetExtension(persistenceName).(string); ok {
		p.queries.put(hash, operation.RawQuery)
	}
	return nil
}

// IDExtension is where a documentId travels among the extensions of a request, since gqlgen has no
// other place for it. What callers put there is no documentID.
const IDExtension = "documentId"

// A ID is a request's documentId.
type ID string

// PersistedQueryExtension is the extension of a request that holds the hash of a document.
const PersistedQueryExtension = "persistedQuery"

// readHash answers the hash in the value of that extension.
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
	byHash bool // in the extension; else by documentId
}

// notFound answers the error for a document that is not there. Clients that send hashes know the
// message by heart, and then send the text along.
func (r reference) notFound() *gqlerror.Error {
	if r.byHash {
		return apierror.New(apierror.CodePersistedNotFound, "PersistedQueryNotFound")
	}
	return apierror.New(apierror.CodePersistedNotFound, "No document has this documentId.")
}

// notSupported answers the error where no document is there at all.
func (r reference) notSupported() *gqlerror.Error {
	if r.byHash {
		return apierror.New(apierror.CodePersistedNotSupported, "PersistedQueryNotSupported")
	}
	return apierror.New(apierror.CodePersistedNotSupported, "There are no documents with ids here: send the query itself.")
}

// mismatch answers the error for a document that is there under another name.
func (r reference) mismatch() *gqlerror.Error {
	if r.byHash {
		return apierror.New(apierror.CodeBadUserInput, "extensions.persistedQuery.sha256Hash is not the hash of the query: the SHA-256 of its text in UTF-8, as hexadecimal digits in lower case.")
	}
	return apierror.New(apierror.CodeBadUserInput, "query and documentId are not the same document: send one of them.")
}

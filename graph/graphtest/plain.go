package graphtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/99designs/gqlgen/graphql/handler"

	"certql/graph/gen"
	"certql/graph/model"
	"certql/graph/relay"
	"certql/upstream"
)

// NewPlain returns the gateway that benchmarks compare with, in front of the REST API at a URL: the
// first thing that one would write for the same schema. It has gqlgen's default server, Go's default HTTP
// client, the standard library's JSON, and a call in each resolver.
func NewPlain(baseURL string) http.Handler {
	return AsBearer(handler.NewDefaultServer(
		gen.NewExecutableSchema(gen.Config{Resolvers: plainRoot{plain: plain{baseURL}}})))
}

// plain reads the upstream in the simplest way.
type plain struct{ baseURL string }

// plainRoot has the resolvers that the benchmarks need.
type plainRoot struct {
	gen.ResolverRoot // nil: no benchmark calls the others
	plain
}

func (r plainRoot) Query() gen.QueryResolver { return plainQuery{plain: r.plain} }

func (r plainRoot) Certification() gen.CertificationResolver {
	return plainCertification{plain: r.plain}
}

func (r plainRoot) AccessReviewItem() gen.AccessReviewItemResolver { return plainItem{plain: r.plain} }

func (r plainRoot) CertificationTask() gen.CertificationTaskResolver { return plainTask{r.plain} }

type plainQuery struct {
	gen.QueryResolver // nil: no benchmark calls the others
	plain
}

func (p plainQuery) Certification(ctx context.Context, id string) (*model.Certification, error) {
	return p.certification(ctx, id)
}

func (p plainQuery) Certifications(ctx context.Context, _ *string, _ *gen.CertificationFilter, _ []gen.CertificationOrder, first *int, _ *string, _ *int, _ *string, _ *int) (*model.CertificationConnection, error) {
	return plainList(ctx, p.plain, first, func(c *upstream.IdentityCertification) model.Certification {
		return model.Certification{IdentityCertification: c}
	}, "certifications")
}

func (p plainQuery) PendingCertificationTasks(ctx context.Context, _ *string, _ *gen.CertificationTaskFilter, first *int, _ *string, _ *int, _ *string, _ *int) (*model.CertificationTaskConnection, error) {
	return plainList(ctx, p.plain, first, func(t *upstream.CertificationTask) model.CertificationTask {
		return model.CertificationTask{CertificationTask: t}
	}, "certification-tasks")
}

type plainCertification struct {
	gen.CertificationResolver // nil: no benchmark calls the others
	plain
}

func (p plainCertification) ReviewItems(ctx context.Context, obj *model.Certification, _ *gen.AccessReviewItemFilter, _ []gen.AccessReviewItemOrder, first *int, _ *string, _ *int, _ *string, _ *int) (*model.AccessReviewItemConnection, error) {
	return plainList(ctx, p.plain, first, func(i *upstream.AccessReviewItem) model.AccessReviewItem {
		return model.AccessReviewItem{AccessReviewItem: i, CertificationID: obj.RawID()}
	}, "certifications", obj.RawID(), "access-review-items")
}

func (p plainCertification) Reviewers(ctx context.Context, obj *model.Certification, _ *gen.ReviewerFilter, _ []gen.ReviewerOrder, first *int, _ *string, _ *int, _ *string, _ *int) (*model.IdentityConnection, error) {
	return plainList(ctx, p.plain, first, func(i *upstream.IdentityReference) upstream.IdentityReference {
		return *i
	}, "certifications", obj.RawID(), "reviewers")
}

type plainItem struct {
	gen.AccessReviewItemResolver // nil: no benchmark calls the others
	plain
}

func (p plainItem) Permissions(ctx context.Context, obj *model.AccessReviewItem, _ *gen.PermissionFilter, first *int, _ *string, _ *int, _ *string, _ *int) (*model.PermissionConnection, error) {
	return plainList(ctx, p.plain, first, func(i *upstream.Permission) upstream.Permission {
		return *i
	}, "certifications", obj.CertificationID, "access-review-items", obj.RawID(), "permissions")
}

type plainTask struct{ plain }

func (p plainTask) Certification(ctx context.Context, obj *model.CertificationTask) (*model.Certification, error) {
	return p.certification(ctx, obj.CertificationID())
}

func (p plain) certification(ctx context.Context, id string) (*model.Certification, error) {
	var certification upstream.IdentityCertification
	_, err := p.get(ctx, &certification, nil, "certifications", id)
	return model.WrapCertification(&certification), err
}

// plainList returns the first page of a listing, with everything that may be selected of it.
func plainList[R, N any](ctx context.Context, p plain, first *int, wrap func(*R) N, path ...string) (*relay.Connection[N], error) {
	limit := 50
	if first != nil {
		limit = *first
	}
	var rows []R
	total, err := p.get(ctx, &rows, url.Values{"limit": {strconv.Itoa(limit)}, "count": {"true"}}, path...)
	if err != nil {
		return nil, err
	}
	nodes := make([]N, len(rows))
	for i := range rows {
		nodes[i] = wrap(&rows[i])
	}
	return relay.NewConnection(nodes, relay.Page{
		Scope: relay.NewScope(path...), Runs: []relay.Run{{Rows: len(nodes), Exact: true}}, Next: total > limit, Total: &total,
	}), nil
}

// get reads a path of the REST API into value. It returns how many rows there are in all, if the upstream
// says so.
func (p plain) get(ctx context.Context, value any, query url.Values, path ...string) (total int, err error) {
	target, err := url.JoinPath(p.baseURL, path...)
	if err != nil {
		return 0, err
	}
	if query != nil {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, err
	}
	if credential, ok := upstream.CredentialFrom(ctx); ok {
		token, err := credential.Token(ctx)
		if err != nil {
			return 0, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("status %d", resp.StatusCode)
	}
	total, _ = strconv.Atoi(resp.Header.Get("X-Total-Count"))
	return total, json.NewDecoder(resp.Body).Decode(value)
}

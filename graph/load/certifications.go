package load

import (
	"context"
	"sync"

	"github.com/graph-gophers/dataloader/v7"

	"certql/upstream"
)

// Certification returns the certification with the given identifier in the REST API. Errors are
// those of the upstream (getIdentityCertification, listIdentityCertifications).
func (l *Loaders) Certification(ctx context.Context, id string) (*upstream.IdentityCertification, error) {
	return l.certification.load(ctx, id)
}

// Prime remembers certifications that came with another read, so that Certification returns them
// without a call.
func (l *Loaders) Prime(certifications []upstream.IdentityCertification) {
	l.certification.prime(known(certifications, func(c *upstream.IdentityCertification) *string { return &c.ID }, (*upstream.IdentityCertification).Check))
}

// readCertifications reads certifications: a single one by its id, several by lists of up to
// BatchSize ids. Those that a list leaves out are read one by one, since only the error of that read
// distinguishes a certification that does not exist from one that the caller may not see.
func readCertifications(ctx context.Context, ids []string) []*dataloader.Result[*upstream.IdentityCertification] {
	l := From(ctx)
	if len(ids) == 1 {
		return []*dataloader.Result[*upstream.IdentityCertification]{l.readCertification(ctx, ids[0])}
	}
	return inBatches(ids, func(ids []string) []*dataloader.Result[*upstream.IdentityCertification] {
		found := map[string]*upstream.IdentityCertification{}
		if len(ids) > 1 {
			page, err := l.ListCertifications(ctx, upstream.ListIdentityCertificationsParams{
				Filter: upstream.CertificationFilter{IDs: ids},
				Paging: upstream.Paging{Limit: len(ids)},
			})
			if err != nil {
				return failed[*upstream.IdentityCertification](len(ids), err)
			}
			for i := range page.Items {
				found[page.Items[i].ID] = &page.Items[i]
			}
		}
		results := make([]*dataloader.Result[*upstream.IdentityCertification], len(ids))
		var group sync.WaitGroup
		for i, id := range ids {
			if certification, ok := found[id]; ok {
				results[i] = &dataloader.Result[*upstream.IdentityCertification]{Data: certification}
				continue
			}
			group.Go(func() { results[i] = l.readCertification(ctx, id) })
		}
		group.Wait()
		return results
	})
}

func (l *Loaders) readCertification(ctx context.Context, id string) *dataloader.Result[*upstream.IdentityCertification] {
	certification, err := l.client.GetIdentityCertification(ctx, id)
	return &dataloader.Result[*upstream.IdentityCertification]{Data: certification, Error: err}
}

package load

import (
	"context"

	"certql/upstream"
)

// Loaders read for one operation and remember what it has read. They must not outlive the operation,
// nor serve another caller. They are safe for concurrent use.
type Loaders struct {
	client *upstream.Client

	cancel context.CancelFunc // of all reads

	gathering gathering // of people and campaigns

	certification   batched[string, *upstream.IdentityCertification]
	item            batched[MemberKey, *upstream.AccessReviewItem]
	identitySummary batched[MemberKey, *upstream.CertificationIdentitySummary]
	pendingTasks    batched[string, []upstream.CertificationTask]
	campaign        batched[string, *upstream.SlimCampaign]
	campaignInFull  batched[string, *upstream.Campaign]
	person          batched[string, *upstream.PublicIdentity]

	task              memo[*upstream.CertificationTask]
	certifications    memo[upstream.Page[upstream.IdentityCertification]]
	items             memo[upstream.Page[upstream.AccessReviewItem]]
	permissions       memo[upstream.Page[upstream.Permission]]
	reviewers         memo[upstream.Page[upstream.IdentityReference]]
	tasks             memo[upstream.Page[upstream.CertificationTask]]
	identitySummaries memo[upstream.Page[upstream.CertificationIdentitySummary]]
	accessSummaries   memo[upstream.Page[upstream.AccessSummary]]
	decisionSummary   memo[*upstream.IdentityCertDecisionSummary]
	campaigns         memo[upstream.Page[upstream.SlimCampaign]]
	people            memo[upstream.Page[upstream.PublicIdentity]]
}

// The names under which batches are observed.
const (
	batchOfCertifications    = "certification"
	batchOfReviewItems       = "review_item"
	batchOfIdentitySummaries = "identity_summary"
	batchOfPendingTasks      = "pending_tasks"
	batchOfCampaigns         = "campaign"
	batchOfCampaignsInFull   = "campaign_in_full"
	batchOfPeople            = "public_identity"
)

// Begin returns the loaders of one operation, and the context in which the operation reads. It has the values of ctx,
// and ends with it; cancel, which Close calls, ends ctx. observe is called with the kind ("certification",
// "review_item", "identity_summary", "pending_tasks", "campaign", "campaign_in_full" or "public_identity") and the
// number of keys of each batch before it is read; it may be nil. The caller has to call Close.
func Begin(ctx context.Context, cancel context.CancelFunc, client *upstream.Client, observe func(batch string, keys int)) (context.Context, *Loaders) {
	l := &Loaders{client: client, cancel: cancel}
	l.certification = newBatched(&l.gathering, observe, batchOfCertifications, readCertifications, false)
	l.item = newBatched(&l.gathering, observe, batchOfReviewItems, readItems, false)
	l.identitySummary = newBatched(&l.gathering, observe, batchOfIdentitySummaries, readIdentitySummaries, false)
	l.pendingTasks = newBatched(&l.gathering, observe, batchOfPendingTasks, readPendingTasks, false)
	l.campaign = newBatched(&l.gathering, observe, batchOfCampaigns, readCampaigns, true)
	l.campaignInFull = newBatched(&l.gathering, observe, batchOfCampaignsInFull, readCampaignsInFull, true)
	l.person = newBatched(&l.gathering, observe, batchOfPeople, readPeople, true)
	return context.WithValue(ctx, contextKey{}, l), l
}

// PageSize returns the most rows that a list returns at once.
func (l *Loaders) PageSize() int { return l.client.PageSize() }

// Go runs f in a goroutine of its own. Close waits for it.
func (l *Loaders) Go(f func()) { l.gathering.running.Go(f) }

// Close ends the operation. It cancels the reads that are still under way, whose results turned out
// not to be needed, and waits for them. After it no call is sent, and all that were have been counted. What
// was read is forgotten, since the response may take long to be written.
func (l *Loaders) Close() {
	l.cancel()
	l.gathering.running.Wait()
	l.certification.wait()
	l.item.wait()
	l.identitySummary.wait()
	l.pendingTasks.wait()
	l.campaign.wait()
	l.campaignInFull.wait()
	l.person.wait()
	l.Forget()
}

// Forget drops everything that was read, so that what follows is read from the upstream again. Every
// write has to call it.
func (l *Loaders) Forget() {
	l.certification.forget()
	l.item.forget()
	l.identitySummary.forget()
	l.pendingTasks.forget()
	l.campaign.forget()
	l.campaignInFull.forget()
	l.person.forget()
	l.task.forget()
	l.certifications.forget()
	l.items.forget()
	l.permissions.forget()
	l.reviewers.forget()
	l.tasks.forget()
	l.identitySummaries.forget()
	l.accessSummaries.forget()
	l.decisionSummary.forget()
	l.campaigns.forget()
	l.people.forget()
}

// The methods below start to read objects that are needed next, in as few calls as possible, and do not wait
// for them. Their identifiers are those of the REST API. then, if there is one, runs once with what was found of
// them, and announces what that leads to before people and campaigns are read.

// AnnounceCertifications starts to read certifications.
func (l *Loaders) AnnounceCertifications(ctx context.Context, ids []string, then func(map[string]*upstream.IdentityCertification)) {
	l.certification.announce(ctx, ids, then)
}

// AnnounceItems starts to read review items.
func (l *Loaders) AnnounceItems(ctx context.Context, keys []MemberKey, then func(map[MemberKey]*upstream.AccessReviewItem)) {
	l.item.announce(ctx, keys, then)
}

// AnnounceIdentitySummaries starts to read identities under review.
func (l *Loaders) AnnounceIdentitySummaries(ctx context.Context, keys []MemberKey, then func(map[MemberKey]*upstream.CertificationIdentitySummary)) {
	l.identitySummary.announce(ctx, keys, then)
}

// AnnouncePendingTasks starts to read the pending tasks of certifications.
func (l *Loaders) AnnouncePendingTasks(ctx context.Context, certificationIDs []string) {
	l.pendingTasks.announce(ctx, certificationIDs, nil)
}

// AnnounceCampaigns starts to read campaigns.
func (l *Loaders) AnnounceCampaigns(ctx context.Context, ids []string) {
	l.campaign.announce(ctx, ids, nil)
}

// AnnounceCampaignsInFull starts to read what campaigns were set up with.
func (l *Loaders) AnnounceCampaignsInFull(ctx context.Context, ids []string, then func(map[string]*upstream.Campaign)) {
	l.campaignInFull.announce(ctx, ids, then)
}

// AnnouncePeople starts to read people.
func (l *Loaders) AnnouncePeople(ctx context.Context, ids []string, then func(map[string]*upstream.PublicIdentity)) {
	l.person.announce(ctx, ids, then)
}

// Gather has people and campaigns that are announced, or asked for, read together once Gathered was called as
// often: what is read until then may show more of them. Who has called Gather must not wait for any before calling
// Gathered.
func (l *Loaders) Gather() { l.gathering.begin() }

// GoGather runs f in a goroutine of its own, between Gather and Gathered. Close waits for it.
func (l *Loaders) GoGather(f func()) { l.gathering.run(f) }

// Gathered ends what Gather began. What was read has to be announced before.
func (l *Loaders) Gathered() { l.gathering.end() }

type contextKey struct{}

// From returns the loaders of the operation that the context belongs to; nil if it belongs to none.
func From(ctx context.Context) *Loaders {
	l, _ := ctx.Value(contextKey{}).(*Loaders)
	return l
}

package upstream_test

import (
	"context"
	"net/http"
	"testing"

	"certql/upstream"
	"certql/upstream/sandbox"
)

// inSandbox returns a client of a simulated tenant, and a context for calls in the name of
// one of its clients.
func inSandbox(t testing.TB, path, clientID string) (*upstream.Client, context.Context) {
	t.Helper()
	tenant, err := sandbox.New(sandbox.Config{RateLimit: sandbox.NoRateLimit})
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(t, tenant.ServeHTTP)
	transport := upstream.NewTransport(upstream.TransportConfig{})
	t.Cleanup(transport.CloseIdleConnections)
	credential, err := upstream.NewClientCredentials(upstream.ClientCredentialsConfig{
		TokenURL: server.URL + "/oauth/token", ClientID: clientID, ClientSecret: "sandbox", Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, upstream.Config{BaseURL: server.URL + path, Transport: transport})
	return client, upstream.WithCredential(t.Context(), credential)
}

// must returns a value, and ends the test if there is an error instead.
func must[T any](t testing.TB, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestEveryOperationInTheSandbox(t *testing.T) {
	for _, path := range []string{"/v3", ""} {
		t.Run("base path "+path, func(t *testing.T) {
			client, ctx := inSandbox(t, path, "org-admin")
			active, err := client.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{
				Filter:  upstream.CertificationFilter{Phase: upstream.PhaseActive, Completed: new(false)},
				Sorters: []upstream.Sorter[upstream.CertificationSortField]{{Field: upstream.SortCertificationsByName}},
				Paging:  upstream.Paging{Limit: 50, Count: true},
			})
			if err != nil {
				t.Fatal(err)
			}
			if active.Total == nil || *active.Total < len(active.Items) || len(active.Items) == 0 {
				t.Fatalf("got %d certifications of %v", len(active.Items), active.Total)
			}
			certification, items := someUndecided(ctx, t, client, active.Items)

			one, err := client.GetIdentityCertification(ctx, certification.ID)
			if one = must(t, one, err); one.Name != certification.Name {
				t.Errorf("listed %q, read %q", certification.Name, one.Name)
			}
			reviewers, err := client.ListCertificationReviewers(ctx, certification.ID, upstream.ListCertificationReviewersParams{Paging: upstream.Paging{Limit: 10}})
			if len(must(t, reviewers, err).Items) == 0 {
				t.Error("no reviewers")
			}
			_, err = client.GetIdentityCertificationItemPermissions(ctx, certification.ID, items[0].ID, upstream.GetIdentityCertificationItemPermissionsParams{
				Filter: upstream.PermissionFilter{Target: upstream.StartsWith("x"), Rights: []string{"READ"}, Any: true},
				Paging: upstream.Paging{Limit: 10},
			})
			must(t, 0, err)

			decided, err := client.MakeIdentityDecision(ctx, certification.ID, []upstream.ReviewDecision{
				{ID: items[0].ID, Decision: upstream.Approve, Comments: "needed"},
			})
			if must(t, decided, err); *decided.DecisionsMade != *certification.DecisionsMade+1 {
				t.Errorf("%d decisions, then %d", *certification.DecisionsMade, *decided.DecisionsMade)
			}

			task, err := client.SubmitReassignCertsAsync(ctx, certification.ID, upstream.ReviewReassign{
				Reassign:   []upstream.ReassignReference{{ID: items[1].ID, Type: upstream.ReassignItem}},
				ReassignTo: anotherReviewer(t, active.Items, certification),
				Reason:     "on leave",
			})
			if must(t, task, err); task.Status != upstream.TaskQueued || task.TargetID == nil || *task.TargetID != certification.ID {
				t.Errorf("got task %+v", task)
			}
			again, err := client.GetCertificationTask(ctx, task.ID)
			if must(t, again, err); again.ID != task.ID {
				t.Errorf("got task %s for %s", again.ID, task.ID)
			}
			pending, err := client.GetPendingCertificationTasks(ctx, upstream.GetPendingCertificationTasksParams{
				Filter: upstream.CertificationTaskFilter{IDs: []string{task.ID, "other"}, Types: []upstream.CertificationTaskType{upstream.TaskReassign}},
				Paging: upstream.Paging{Limit: 10, Count: true},
			})
			if must(t, pending, err); len(pending.Items) != 1 || *pending.Total != 1 {
				t.Errorf("got %d pending tasks", len(pending.Items))
			}
			reassigned, err := client.ReassignIdentityCertifications(ctx, certification.ID, upstream.ReviewReassign{
				Reassign:   []upstream.ReassignReference{{ID: items[2].ID, Type: upstream.ReassignItem}},
				ReassignTo: anotherReviewer(t, active.Items, certification),
				Reason:     "on leave",
			})
			if must(t, reassigned, err); *reassigned.DecisionsTotal >= *certification.DecisionsTotal {
				t.Errorf("%d items, then %d", *certification.DecisionsTotal, *reassigned.DecisionsTotal)
			}
			_, err = client.SignOffIdentityCertification(ctx, certification.ID)
			if e := upstreamError(t, err); e.Kind != upstream.KindBadRequest || e.Status != http.StatusBadRequest || e.DetailCode == "" || e.TrackingID == "" || e.Text() == "" {
				t.Errorf("signing off with items left: got %v, %q, %q", e, e.DetailCode, e.Text())
			}
		})
	}
}

// someUndecided returns a certification with at least three undecided items, and these items.
func someUndecided(ctx context.Context, t *testing.T, client *upstream.Client, from []upstream.IdentityCertification) (upstream.IdentityCertification, []upstream.AccessReviewItem) {
	t.Helper()
	for _, certification := range from {
		if certification.Reviewer == nil || certification.Reviewer.Type != upstream.ReviewerIdentity {
			continue
		}
		page, err := client.ListIdentityAccessReviewItems(ctx, certification.ID, upstream.ListIdentityAccessReviewItemsParams{
			Filter: upstream.AccessReviewItemFilter{Completed: new(false)},
			Paging: upstream.Paging{Limit: 3},
		})
		if must(t, page, err); len(page.Items) == 3 {
			return certification, page.Items
		}
	}
	t.Fatal("no certification has three undecided items")
	return upstream.IdentityCertification{}, nil
}

// anotherReviewer returns the reviewer of another certification.
func anotherReviewer(t *testing.T, from []upstream.IdentityCertification, than upstream.IdentityCertification) string {
	t.Helper()
	for _, c := range from {
		if c.Reviewer != nil && c.Reviewer.Type == upstream.ReviewerIdentity && c.Reviewer.ID != than.Reviewer.ID {
			return c.Reviewer.ID
		}
	}
	t.Fatal("everything has the same reviewer")
	return ""
}

func TestTheSandboxRefusesAWrongSecret(t *testing.T) {
	client, _ := inSandbox(t, "/v3", "org-admin")
	nobody, err := upstream.Bearer("not.a.token")
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GetIdentityCertification(upstream.WithCredential(t.Context(), nobody), "c1")
	if e := upstreamError(t, err); e.Kind != upstream.KindUnauthenticated || e.Status != http.StatusUnauthorized || e.Text() == "" {
		t.Errorf("got %v, %q", e, e.Text())
	}
}

// FuzzFilterInTheSandbox checks that the sandbox's parser takes whatever the builder
// writes, and finds the same value in it.
func FuzzFilterInTheSandbox(f *testing.F) {
	client, ctx := inSandbox(f, "/v3", "org-admin")
	for _, text := range []string{"", "Ada", `"`, `\`, `\\"`, `" or id pr`, "é", "%22", "a+b c", "a,b)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		certifications, err := client.ListIdentityCertifications(ctx, upstream.ListIdentityCertificationsParams{
			Filter: upstream.CertificationFilter{IDs: []string{text, sandbox.LargeCertification}}, Paging: upstream.Paging{Limit: 2},
		})
		if err != nil {
			if e := upstreamError(t, err); e.Sent {
				t.Fatalf("%q: %v: %s", text, e, e.Text())
			}
			return
		}
		// If the first value had swallowed the second, or let anything else in, this would not be the
		// one certification that the filter names.
		if len(certifications.Items) != 1 || certifications.Items[0].ID != sandbox.LargeCertification {
			t.Fatalf("%q: got %d certifications", text, len(certifications.Items))
		}
	})
}

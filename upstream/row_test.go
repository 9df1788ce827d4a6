package upstream_test

import (
	"net/http"
	"strings"
	"testing"

	"certql/upstream"
)

// idsOfNoUse are JSON values by which no row can be told from others or read again.
func idsOfNoUse() []string {
	return []string{
		`null`, `""`, `7`, `7.0`, `true`, `{}`, `{"id":"x"}`, `[]`, `["x"]`, `"a\nb"`, `"a\u0000"`,
		`"` + strings.Repeat("x", 257) + `"`,
	}
}

// An object that is read by its identifier has it, even if the response does not show it.
func TestWhatIsReadByItsIdentifierHasIt(t *testing.T) {
	for _, value := range idsOfNoUse() {
		client := clientAnswering(t, http.StatusOK, `{"id":`+value+`,"name":"n","status":"QUEUED"}`)
		certification, err := client.GetIdentityCertification(asCaller(t), "c/1")
		if err != nil || certification.ID != "c/1" || certification.Name != "n" {
			t.Errorf("%s: the certification is %+v, %v", value, certification, err)
		}
		task, err := client.GetCertificationTask(asCaller(t), "t1")
		if err != nil || task.ID != "t1" || task.Status != upstream.TaskQueued {
			t.Errorf("%s: the task is %+v, %v", value, task, err)
		}
		certification, err = client.SignOffIdentityCertification(asCaller(t), "c1")
		if err != nil || certification.ID != "c1" {
			t.Errorf("%s: the certification that is signed off is %+v, %v", value, certification, err)
		}
		_, err = client.SubmitReassignCertsAsync(asCaller(t), "c1", upstream.ReviewReassign{})
		if e := upstreamError(t, err); e.Kind != upstream.KindInvalid || !e.Sent {
			t.Errorf("%s: a new task without an identifier: %v", value, err)
		}
	}
	certification, err := clientAnswering(t, http.StatusOK, `{"id":"C1"}`).GetIdentityCertification(asCaller(t), "c1")
	if err != nil || certification.ID != "C1" {
		t.Errorf("an identifier that can be used became %+v, %v", certification, err)
	}
}

// A row of a list says whether it can be told from others.
func TestRowsWithoutAnIdentifierAreTold(t *testing.T) {
	for _, value := range append(idsOfNoUse(), `"c1"`, `"a/b"`, `".."`) {
		client := clientAnswering(t, http.StatusOK, `[{"id":`+value+`,"name":"n"},{"name":"n"},7,null]`)
		page, err := client.ListIdentityCertifications(asCaller(t), upstream.ListIdentityCertificationsParams{})
		if err != nil || len(page.Items) != 4 {
			t.Fatalf("%s: %+v, %v", value, page.Items, err)
		}
		for i := range page.Items {
			err := page.Items[i].Check()
			if usable := i == 0 && (value == `"c1"` || value == `"a/b"` || value == `".."`); usable != (err == nil) {
				t.Errorf("%s: row %d: %v", value, i, err)
			}
			if err != nil && (upstreamError(t, err).Kind != upstream.KindInvalid || upstreamError(t, err).Operation != "listIdentityCertifications") {
				t.Errorf("%s: row %d: %v", value, i, err)
			}
		}
	}
}

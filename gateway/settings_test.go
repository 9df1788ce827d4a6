package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"certql/upstream/sandbox"
)

// What the settings of writes do shows in how one is refused.
func TestHowWritesAreCheckedIsASetting(t *testing.T) {
	const (
		signOff = `mutation { signOffCertification(input: {certificationId: "` + sandbox.LargeCertification + `"}) { errors { code message } } }`
		decide  = `mutation { decideReviewItems(input: {certificationId: "` + sandbox.LargeCertification + `", decisions: [
			{itemId: "` + sandbox.LargePermissionsItem + `", decision: REVOKE}, {itemId: "none", decision: REVOKE}]}) { errors { code message } } }`
	)
	tests := map[string]struct {
		args     []string
		mutation string
		refusals []string
	}{
		"checked by default":        {nil, signOff, []string{"UNDECIDED_ITEMS"}},
		"left to the upstream":      {[]string{"--precheck=false"}, signOff, []string{"REFUSED"}},
		"any number by default":     {nil, decide, []string{"NOT_FOUND", "NOT_APPLIED"}},
		"at most as many as is set": {[]string{"--max-write-batch=1"}, decide, []string{"BAD_USER_INPUT"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var data map[string]struct {
				Errors []struct{ Code, Message string }
			}
			start(t, test.args...).query(t, "", test.mutation).into(t, &data)
			for field, payload := range data {
				var codes []string
				for _, err := range payload.Errors {
					codes = append(codes, err.Code)
					if strings.TrimSpace(err.Message) == "" {
						t.Errorf("%s: %s has no message", field, err.Code)
					}
				}
				if !slices.Equal(codes, test.refusals) {
					t.Errorf("%s is refused with %+v, want %s", field, payload.Errors, test.refusals)
				}
			}
			if len(data) != 1 {
				t.Errorf("the answer is %+v", data)
			}
		})
	}
}

// As many decisions as one mutation may hold are a longer body than is allowed by default; what
// refuses them says which setting to change, and then they are taken.
func TestTenThousandDecisionsNeedALongerBody(t *testing.T) {
	decisions := make([]map[string]string, 10_000)
	for i := range decisions {
		decisions[i] = map[string]string{"itemId": fmt.Sprintf("%032x", i), "decision": "APPROVE"}
	}
	body, err := json.Marshal(map[string]any{
		"query":      `mutation ($d: [ReviewDecisionInput!]!) { decideReviewItems(input: {certificationId: "` + sandbox.LargeCertification + `", decisions: $d}) { decidedItemIds } }`,
		"variables":  map[string]any{"d": decisions},
		"extensions": map[string]any{"dryRun": true},
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args     []string
		status   int
		contains string
	}{
		"by default": {nil, http.StatusRequestEntityTooLarge, "The body has more than 262144 bytes, the most that the gateway's setting --max-body allows."},
		"longer":     {[]string{"--max-body=" + strconv.Itoa(len(body))}, http.StatusOK, `"estimatedCalls":42`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.args...)
			r := request(t, http.MethodPost, p.url(t, "GraphQL")+"/graphql", bytes.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			if status, answer := p.send(t, r); status != test.status || !strings.Contains(string(answer), test.contains) {
				t.Errorf("the answer is %d: %.300s", status, answer)
			}
		})
	}
}

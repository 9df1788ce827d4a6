package main

import (
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
		args              []string
		mutation, refusal string
	}{
		"checked by default":        {nil, signOff, "UNDECIDED_ITEMS"},
		"left to the upstream":      {[]string{"--precheck=false"}, signOff, "REFUSED"},
		"any number by default":     {nil, decide, "REFUSED"},
		"at most as many as is set": {[]string{"--max-write-batch=1"}, decide, "BAD_USER_INPUT"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var data map[string]struct {
				Errors []struct{ Code, Message string }
			}
			start(t, test.args...).query(t, "", test.mutation).into(t, &data)
			for field, payload := range data {
				if len(payload.Errors) != 1 || payload.Errors[0].Code != test.refusal || strings.TrimSpace(payload.Errors[0].Message) == "" {
					t.Errorf("%s is refused with %+v, want %s", field, payload.Errors, test.refusal)
				}
			}
			if len(data) != 1 {
				t.Errorf("the answer is %+v", data)
			}
		})
	}
}

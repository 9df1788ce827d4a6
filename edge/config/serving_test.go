package config_test

import "testing"

func TestSettingsOfServingAreChecked(t *testing.T) {
	args := []string{"--max-connections=0", "--read-timeout=0s", "--idle-timeout=-1s", "--drain-timeout=0s", "--drain-delay=-1s"}
	want := []string{
		"--max-connections: must be 1 or more, not 0",
		"--read-timeout: must be longer than 0, such as 30s, not 0s",
		"--idle-timeout: must be longer than 0, such as 30s, not -1s",
		"--drain-timeout: must be longer than 0, such as 30s, not 0s",
		"--drain-delay: must be 0 or longer, such as 5s, not -1s",
	}
	got := problemsOf(t, args...)
	if len(got) != len(want) {
		t.Fatalf("problems are %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("problem %d is %q, want %q", i+1, got[i], want[i])
		}
	}
}

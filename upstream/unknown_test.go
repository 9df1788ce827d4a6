package upstream

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// enumType is what all enums of this package implement.
var enumType = reflect.TypeFor[interface{ Known() bool }]()

// fill sets every field below v: pointers and slices get one element, and each enum gets another
// value, numbered from count on. It returns the count afterwards.
func fill(v reflect.Value, count int) int {
	if v.Type().Implements(enumType) {
		v.SetString(fmt.Sprintf("NEW %d", count))
		return count + 1
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		count = fill(v.Elem(), count)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		count = fill(v.Index(0), count)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Time]() {
			return count
		}
		for i := range v.NumField() {
			count = fill(v.Field(i), count)
		}
	}
	return count
}

func TestEveryEnumOfARowIsNoted(t *testing.T) {
	for _, row := range []any{
		new(IdentityCertification), new(AccessReviewItem), new(CertificationTask), new(Permission), new(IdentityReference),
		new(CertificationIdentitySummary), new(AccessSummary), new(IdentityCertDecisionSummary), new(SlimCampaign), new(Campaign), new(PublicIdentity),
	} {
		t.Run(reflect.TypeOf(row).Elem().Name(), func(t *testing.T) {
			var log bytes.Buffer
			unknown := unknownValues{logger: slog.New(slog.NewTextHandler(&log, nil))}
			noteUnknown(&unknown, row)
			if log.Len() > 0 {
				t.Errorf("an empty row is logged: %s", &log)
			}
			want := fill(reflect.ValueOf(row).Elem(), 0)
			noteUnknown(&unknown, row)
			if got := strings.Count(log.String(), "\n"); got != want {
				t.Errorf("%d values are logged, want %d:\n%s", got, want, &log)
			}
			noteUnknown(&unknown, row)
			if got := strings.Count(log.String(), "\n"); got != want {
				t.Errorf("the second time %d values are logged, want none", got-want)
			}
		})
	}
}

func TestUnknownValuesAreLoggedSafely(t *testing.T) {
	var log bytes.Buffer
	unknown := unknownValues{logger: slog.New(slog.NewTextHandler(&log, nil))}
	note(&unknown, PhaseActive)
	note(&unknown, CertificationPhase(""))
	if log.Len() > 0 {
		t.Errorf("known values are logged: %s", &log)
	}
	note(&unknown, CertificationPhase("A\nB\x1b"+strings.Repeat("x", 1000)))
	line := log.String()
	if strings.Count(line, "\n") != 1 || strings.Contains(line, "\x1b") || len(line) > 300 || !strings.Contains(line, "CertificationPhase") {
		t.Errorf("logged %q", line)
	}
}

// A value of another type is logged by the name of its member, once, and never as it came.
func TestValuesOfAnotherTypeAreLogged(t *testing.T) {
	var log bytes.Buffer
	unknown := unknownValues{logger: slog.New(slog.NewTextHandler(&log, nil))}
	for range 2 {
		rows, err := decodeList[CertificationTask](&unknown, []byte(`[
			{"id":"t1","status":true,"errors":[{"text":7},"secret",{"text":null}],"targetId":["secret"],"new":"secret","created":7},
			{"id":"t2","status":false,"reassignmentTrailDTOs":{}},"secret",null]`), nil)
		if err != nil || len(rows) != 4 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
	}
	for _, want := range []string{
		"CertificationTask.status type=boolean", "ErrorMessage.text type=number", "CertificationTask.errors[] type=string",
		"CertificationTask.targetId type=array", "CertificationTask.reassignmentTrailDTOs type=object", "member=CertificationTask[] type=string",
	} {
		if strings.Count(log.String(), want) != 1 {
			t.Errorf("%q is not logged once", want)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 6 || strings.Contains(log.String(), "secret") {
		t.Errorf("%d lines:\n%s", n, &log)
	}
}

func TestUnknownValuesAreBounded(t *testing.T) {
	var log bytes.Buffer
	unknown := unknownValues{logger: slog.New(slog.NewTextHandler(&log, nil))}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 100 {
				note(&unknown, DtoType(fmt.Sprintf("NEW_%d_%d", worker%2, i)))
			}
		})
	}
	wg.Wait()
	if got := strings.Count(log.String(), "\n"); got != maxUnknownValues {
		t.Errorf("%d values are logged, want %d", got, maxUnknownValues)
	}
}

func TestDocumentedValuesAreKnown(t *testing.T) {
	known := []interface{ Known() bool }{
		PhaseStaged, PhaseActive, PhaseSigned,
		CampaignManager, CampaignSourceOwner, CampaignSearch, CampaignRoleComposition, CampaignMachineAccount,
		Correlated, Uncorrelated,
		CommentsOnAllDecisions, CommentsOnRevokeOnly, CommentsOnNoDecisions,
		ReviewerIdentity, ReviewerGovernanceGroup,
		Approve, Revoke,
		TypeEntitlement, TypeAccessProfile, TypeRole, TypeWorkgroup,
		UsageDaysComplete, UsageDaysUnknown,
		TaskReassign, TaskCampaignDelete,
		TaskQueued, TaskInProgress, TaskSuccess, TaskError,
		TaskTargetCertification, TaskTargetCampaign,
		LocaleDefault, LocaleRequest,
		AccessSummaryRole, AccessSummaryAccessProfile, AccessSummaryEntitlement,
		CampaignStatusPending, CampaignStatusStaged, CampaignStatusCanceling, CampaignStatusActivating, CampaignStatusActive,
		CampaignStatusCompleting, CampaignStatusCompleted, CampaignStatusError, CampaignStatusArchived,
		CampaignAlertError, CampaignAlertWarn, CampaignAlertInfo,
		CampaignSearchIdentity, CampaignSearchAccess,
		ConstraintAll, ConstraintSelected,
		MachineAccountReviewedByOwner,
		IdentityActive, IdentityInactiveShortTerm, IdentityInactiveLongTerm,
	}
	for _, value := range known {
		if !value.Known() {
			t.Errorf("%T %v is not known", value, value)
		}
		for _, other := range []string{"", "NEW", strings.ToLower(fmt.Sprint(value))} {
			v := reflect.New(reflect.TypeOf(value)).Elem()
			v.SetString(other)
			if v.Interface().(interface{ Known() bool }).Known() {
				t.Errorf("%T %q is known", value, other)
			}
		}
	}
}

package graph_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	stubCertifications = 50
	stubItems          = 1000 // of each certification

	// tailcallBase is a path under which everything is once more, with items that name a certification:
	// Tailcall cannot read an item's permissions without it, and the vendor's items do not have it.
	tailcallBase = "/tailcall"
)

// A stub is an upstream that does as little as it can, so that benchmarks measure the
// gateway: its rows are there from the start, and it decides nothing. All certifications
// have the same review items, 1.8 KB each.
type stub struct {
	latency atomic.Int64 // nanoseconds, before each answer
	calls   atomic.Int64
	// rounds is how many round trips one after another have been answered, as long as a
	// single operation is under way.
	rounds atomic.Int64

	// pages are the bodies that were sent before, so that another one costs no more than sending it.
	pages sync.Map

	mux            *http.ServeMux
	certifications map[string][]byte
	items          [][]byte
	// itemsForTailcall are the items with the id of the first certification.
	itemsForTailcall [][]byte
	reviewers        []byte
	permissions      []byte
	tasks            [][]byte
}

func newStub() *stub {
	s := &stub{mux: http.NewServeMux(), certifications: map[string][]byte{}}
	var certifications [][]byte
	for i := range stubCertifications {
		row := stubCertification(i)
		s.certifications[stubID(i)] = row
		certifications = append(certifications, row)
		s.tasks = append(s.tasks, stubTask(i))
	}
	for i := range stubItems {
		row := stubItem(i)
		s.items = append(s.items, row)
		s.itemsForTailcall = append(s.itemsForTailcall, append([]byte(`{"certificationId":"`+stubID(0)+`",`), row[1:]...))
	}
	s.reviewers = []byte(`[{"type":"IDENTITY","id":"2c9180867b50d088017b554662fb281e","name":"Adalberto Quigley","email":"adalberto.quigley@example.com"}]`)
	s.permissions = []byte(`[{"target":"SYS.OBJAUTH2","rights":["SELECT","UPDATE"]},{"target":"SYS.GV_$TRANSACTION","rights":["SELECT"]},{"target":"HR.EMPLOYEES","rights":["SELECT","INSERT","DELETE"]}]`)

	s.mux.HandleFunc("GET /v3/certifications", func(w http.ResponseWriter, r *http.Request) {
		rows := certifications
		if _, list, ok := strings.Cut(r.FormValue("filters"), "id in ("); ok {
			rows = nil
			for id := range strings.SplitSeq(strings.TrimSuffix(list, ")"), ",") {
				if row, ok := s.certifications[strings.Trim(id, `" `)]; ok {
					rows = append(rows, row)
				}
			}
		}
		s.writeRows(w, r, rows)
	})
	s.mux.HandleFunc("GET /v3/certifications/{id}", func(w http.ResponseWriter, r *http.Request) {
		row, ok := s.certifications[r.PathValue("id")]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		writeJSON(w, row)
	})
	s.mux.HandleFunc("GET /v3/certifications/{id}/access-review-items", func(w http.ResponseWriter, r *http.Request) {
		s.writeRows(w, r, s.items)
	})
	s.mux.HandleFunc("GET /v3/certifications/{id}/access-review-items/{item}/permissions", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, s.permissions)
	})
	s.mux.HandleFunc("GET /v3/certifications/{id}/reviewers", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, s.reviewers)
	})
	s.mux.Handle(tailcallBase+"/", http.StripPrefix(tailcallBase, s.mux))
	s.mux.HandleFunc("GET "+tailcallBase+"/v3/certifications/{id}/access-review-items", func(w http.ResponseWriter, r *http.Request) {
		s.writeRows(w, r, s.itemsForTailcall)
	})
	s.mux.HandleFunc("GET /v3/certification-tasks", func(w http.ResponseWriter, r *http.Request) {
		s.writeRows(w, r, s.tasks)
	})
	return s
}

// ServeHTTP returns after the latency.
func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	round := s.rounds.Load() + 1
	time.Sleep(time.Duration(s.latency.Load()))
	for answered := s.rounds.Load(); answered < round && !s.rounds.CompareAndSwap(answered, round); {
		answered = s.rounds.Load()
	}
	s.mux.ServeHTTP(w, r)
}

// reset starts the counting over.
func (s *stub) reset() {
	s.calls.Store(0)
	s.rounds.Store(0)
}

// writeRows writes the rows from the request's offset on as an array, as many as its limit allows.
func (s *stub) writeRows(w http.ResponseWriter, r *http.Request, rows [][]byte) {
	if r.FormValue("count") == "true" {
		w.Header()["X-Total-Count"] = []string{strconv.Itoa(len(rows))}
	}
	if offset, err := strconv.Atoi(r.FormValue("offset")); err == nil {
		rows = rows[min(offset, len(rows)):]
	}
	if limit, err := strconv.Atoi(r.FormValue("limit")); err == nil && limit < len(rows) {
		rows = rows[:limit]
	}
	url := r.URL.String()
	page, ok := s.pages.Load(url)
	if !ok {
		page, _ = s.pages.LoadOrStore(url, slices.Concat([]byte{'['}, bytes.Join(rows, []byte{','}), []byte{']'}))
	}
	writeJSON(w, page.([]byte))
}

func writeJSON(w http.ResponseWriter, body []byte) {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body)
}

// stubID returns the identifier of a certification.
func stubID(i int) string { return fmt.Sprintf("2c91808a7b50d0880%015x", 0x17b554662f0+i*37) }

// stubItemID returns the identifier of a review item.
func stubItemID(i int) string { return fmt.Sprintf("ef38f94347e94562b5bb%012x", 0x7182305+i*53) }

func stubCertification(i int) []byte {
	return fmt.Appendf(nil, `{"id":%[1]q,"name":"Manager Access Review for %[2]s %[3]s","campaign":{"id":"ef38f94347e94562b5bb8424a56397d8",`+
		`"name":"Q4 Manager Access Review","type":"CAMPAIGN","campaignType":"MANAGER","description":"Everything that a manager's reports may do",`+
		`"correlatedStatus":"CORRELATED","mandatoryCommentRequirement":"REVOKE_ONLY_DECISIONS"},"completed":false,"identitiesCompleted":%[4]d,`+
		`"identitiesTotal":24,"created":"2026-10-05T09:00:00.104Z","modified":"2026-11-1%[5]dT16:21:37.882Z","decisionsMade":%[6]d,"decisionsTotal":250,`+
		`"due":"2026-12-18T23:59:59.000Z","signed":null,"reviewer":{"type":"IDENTITY","id":"2c9180867b50d088017b55466%07[7]x","name":"%[2]s %[3]s",`+
		`"email":"%[2]s.%[3]s@example.com","created":"2024-02-12T08:15:00.000Z","modified":"2026-09-30T10:45:12.310Z"},"reassignment":null,`+
		`"hasErrors":false,"errorMessage":null,"phase":"ACTIVE"}`,
		stubID(i), firstNames[i%len(firstNames)], lastNames[i/3%len(lastNames)], i%24, i%10, i*5%250, i*101)
}

func stubItem(i int) []byte {
	first, last := firstNames[i%len(firstNames)], lastNames[i/7%len(lastNames)]
	group := groups[i%len(groups)]
	return fmt.Appendf(nil, `{"accessSummary":{"access":{"type":"ENTITLEMENT","id":"2c918087682f9a860168%012[1]x","name":%[4]q},"entitlement":{`+
		`"id":"2c918087682f9a860168%012[1]x","name":%[4]q,"description":"Runs the closing reports of a department.","privileged":%[5]t,"owner":{"type":"IDENTITY","id":"2c9180867b50d088017b554662fb281e","name":"Adalberto Quigley",`+
		`"email":"adalberto.quigley@example.com"},"attributeName":"memberOf","attributeValue":"CN=%[4]s,OU=Finance,OU=Groups,DC=corp,DC=example,DC=com",`+
		`"sourceSchemaObjectType":"group","sourceName":"Corporate Active Directory","sourceType":"Active Directory - Direct","sourceId":"2c9180855d191c59015d28583727245a",`+
		`"hasPermissions":true,"isPermission":false,"revocable":true,"cloudGoverned":false,"containsDataAccess":true,"dataAccess":{"policies":[{"value":"GDPR-20"},`+
		`{"value":"SOX-404"}],"categories":[{"value":"email-%[6]d","matchCount":%[6]d}],"impactScore":{"value":"Medium"}},"account":{"nativeIdentity":"CN=%[2]s %[3]s,`+
		`OU=Finance,OU=Employees,DC=corp,DC=example,DC=com","disabled":false,"locked":%[7]t,"type":"ACCOUNT","id":"2c9180857182305e0171%012[1]x","name":"%[2]s.%[3]s",`+
		`"created":"2024-02-12T08:15:00.000Z","modified":"2026-09-30T10:45:12.310Z","activityInsights":{"accountID":"2c9180857182305e0171%012[1]x","usageDays":%[6]d,`+
		`"usageDaysState":"COMPLETE"},"description":null,"governanceGroupId":null,"owner":{"id":"2c918089%024[1]x","type":"IDENTITY","displayName":"%[2]s %[3]s"}}},`+
		`"accessProfile":null,"role":null},"identitySummary":{"id":"%032[1]x","name":"%[2]s %[3]s","identityId":"2c918089%024[1]x","completed":%[5]t},`+
		`"id":%[10]q,"completed":%[5]t,"newAccess":%[7]t,"decision":%[8]s,"comments":%[9]s}`,
		0x7182305+i*53, first, last, group, i%3 == 0, i%90, i%11 == 0,
		map[bool]string{true: `"APPROVE"`, false: "null"}[i%3 == 0], map[bool]string{true: `"Still needed for the quarterly closing"`, false: "null"}[i%3 == 0], stubItemID(i))
}

// stubTask returns a task on the certification of the same number.
func stubTask(i int) []byte {
	return fmt.Appendf(nil, `{"id":"a07b92e4f5c84d1bb6f3%012[1]x","type":"REASSIGN","targetType":"CERTIFICATION","targetId":%[2]q,"status":"IN_PROGRESS","errors":[],`+
		`"reassignmentTrailDTOs":[{"previousOwner":"ef38f94347e94562b5bb8424a56397d8","newOwner":"ef38f94347e94562b5bb8424a56397a3",`+
		`"reassignmentType":"AUTOMATIC_REASSIGNMENT"}],"created":"2026-11-20T07:%02[3]d:11.220Z"}`, i*71, stubID(i), i)
}

var (
	firstNames = []string{"Ana", "Bertram", "Chidi", "Dolores", "Emeka", "Fatima", "Gudrun", "Hiroshi", "Ines", "Jorge"}
	lastNames  = []string{"Okafor", "Lindqvist", "Marchetti", "Nakamura", "Obrecht", "Pacheco", "Quigley", "Rasmussen"}
	groups     = []string{"FIN-Controlling-Write", "FIN-AccountsPayable-Approve", "HR-Payroll-Read", "SAP-FI-MonthEnd", "DWH-Finance-Analyst", "Treasury-Payments-Release"}
)

package plan

const (
	// leastBytes is about what any operation takes: its document, its variables and its response.
	leastBytes = 128 << 10
	// callBytes is about what a call takes beside the rows of a page.
	callBytes = 8 << 10
)

// rowBytes are about how many bytes a row of each list takes while an operation is under way: in the
// upstream's response, as it was read from that, and in the operation's own response.
var rowBytes = map[string]int{
	CertificationsField:            3 << 10,
	ReviewItemsField:               5 << 10,
	PermissionsField:               512,
	ReviewersField:                 512,
	PendingTasksField:              1 << 10,
	PendingCertificationTasksField: 1 << 10,
	CampaignsField:                 2 << 10,
	IdentitiesField:                1 << 10,
	IdentitySummariesField:         512,
	AccessSummariesField:           4 << 10,
}

// Bytes returns about how much memory the operation may take, in bytes, if every list has as many rows as
// are asked for.
func (c *Cost) Bytes() int64 { return leastBytes + c.bytes }

// addPages adds what is read of a list, so many times and at most so many rows each time.
func (c *Cost) addPages(at *path, list string, pages, rows int) {
	c.add(at, pages)
	c.bytes += int64(pages) * int64(rows) * int64(rowBytes[list])
}

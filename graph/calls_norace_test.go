//go:build !race

package graph_test

// tries is how often each row of the table of upstream calls is tried in a crowd.
const tries = 200

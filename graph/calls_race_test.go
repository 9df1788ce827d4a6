//go:build race

package graph_test

// tries is how often each row of the table of upstream calls is tried in a crowd. The race
// detector makes each of them cost several times as much.
const tries = 32

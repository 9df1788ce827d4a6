//go:build race

package upstream_test

// stormSeeds is how many storms there are beside each kind of stranger. The race detector makes
// each of them take several times as long.
const stormSeeds = 2

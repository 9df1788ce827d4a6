//go:build !race

package upstream_test

// stormSeeds is how many storms there are beside each kind of stranger.
const stormSeeds = 4

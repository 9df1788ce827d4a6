//go:build race

package projection_test

// With the race detector, slices.Grow allocates what it grows by once more.
func init() { growing = 2 }

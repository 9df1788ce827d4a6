//go:build race

package testenv

// Detector reports whether the race detector is on.
const Detector = true

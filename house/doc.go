// Package house has tests of the repository and no code: who may import whom, that each dependency
// has a reason, and that each promise of SECURITY.md has a test.
package house

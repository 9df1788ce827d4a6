// Package house has tests of the repository and no code: who may import whom, how
// many files need each other, that each dependency has a reason, that each promise of SECURITY.md has
// a test, and that the files are there that documents name.
package house

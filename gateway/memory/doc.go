// Package memory keeps the memory of the process below what its container may take, and small where little
// is in use. It asks the container for its limit, tells the Go runtime what to keep to, and looks again
// after each garbage collection. What is told to the runtime is a matter of the whole process, so that a
// program starts one Keeper.
//
// It imports nothing of the project.
package memory

package model

// ValueOf returns the value that an optional input points to, and the zero value if it is nil.
func ValueOf[T any](optional *T) T {
	if optional == nil {
		var zero T
		return zero
	}
	return *optional
}

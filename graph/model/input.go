package model

// An InputError is an error in what the caller sent. Its text is for the caller to read.
type InputError struct {
	// Argument is the name of the argument or the path of the input field. It is empty if the
	// error's location in the document shows which one it is.
	Argument string
	Reason   string // continues a sentence that begins with the argument
}

// Error returns a sentence that begins with the argument, if it is known.
func (e *InputError) Error() string {
	if e.Argument == "" {
		return e.Reason + "."
	}
	return e.Argument + " " + e.Reason + "."
}

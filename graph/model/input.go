package model

// An InputError says what is wrong with something that the caller sent.
type InputError struct {
	// Argument is the argument or the path of the input field; empty where the place of
	// the error in the document says it already.
	Argument string
	Reason   string // a sentence about the argument, without its name
}

// Error names the argument and says what is wrong with it.
func (e *InputError) Error() string {
	if e.Argument == "" {
		return e.Reason + "."
	}
	return e.Argument + " " + e.Reason + "."
}

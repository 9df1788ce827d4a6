package config

import (
	"errors"
	"fmt"
)

// A report takes a problem of a setting, in the manner of fmt.Errorf. It begins with the option and
// says what is allowed.
type report func(format string, args ...any)

// problems returns what validate reports, a line each.
func problems(validate func(report)) error {
	var all []error
	validate(func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) })
	return errors.Join(all...)
}

// atLeastOne reports an option whose value is less than 1.
func atLeastOne(option string, value int, report report) {
	if value < 1 {
		report("--%s: must be 1 or more, not %d", option, value)
	}
}

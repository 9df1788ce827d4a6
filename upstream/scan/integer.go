package scan

import (
	"bytes"
	"strconv"
)

// maxZeros is the most zeros that an int64 ends with.
const maxZeros = 18

// integer returns a JSON number as an integer; false if it has a fraction, or an int64 has no room for it.
func integer(number []byte) (int64, bool) {
	if n, err := strconv.Atoi(string(number)); err == nil { // as a rule
		return int64(n), true
	}
	mantissa, exponent, _ := bytes.Cut(bytes.ToLower(number), []byte("e"))
	power, _ := strconv.Atoi(string(exponent)) // the largest or smallest int if it has no room
	whole, fraction, _ := bytes.Cut(mantissa, []byte("."))
	digits := bytes.TrimRight(append(bytes.Clone(whole), fraction...), "0")
	if len(number) > 0 && len(digits) == 0 || string(digits) == "-" {
		return 0, true
	}
	zeros := float64(power) + float64(len(whole)-len(digits)) // without a chance of overflow
	if zeros < 0 || zeros > maxZeros {
		return 0, false
	}
	n, err := strconv.ParseInt(string(append(digits, bytes.Repeat([]byte("0"), int(zeros))...)), 10, 64)
	if err != nil {
		return 0, false
	}
	return n, true
}

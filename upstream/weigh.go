package upstream

import (
	"reflect"
	"time"
)

const (
	// weighed is how many elements of a list are weighed, at equal distances: the others are taken to be
	// like them.
	weighed = 32
	// small is below what size the runtime's allocations are rounded up to a power of two or nearly so; those
	// of larger things are rounded up by an eighth at most.
	small = 64
	// spare is the part of the memory that is taken for values and never used: decoding takes room for several
	// at once.
	spare = 1.0 / 10
)

var timeType = reflect.TypeFor[time.Time]()

// weigh returns about how many bytes of memory a result takes with all that it refers to. It takes for
// granted that nothing in it is shared or refers to itself, as is so with what was read as JSON.
func weigh(result any) int {
	v := reflect.ValueOf(result)
	return int(float64(allocated(int(v.Type().Size()))+beyond(v)) * (1 + spare))
}

// allocated returns what an allocation of so many bytes takes.
func allocated(bytes int) int {
	switch {
	case bytes == 0:
		return 0
	case bytes <= small:
		return (bytes + 7) / 8 * 8
	default:
		return bytes + bytes/16 // half of the most
	}
}

// beyond returns how many bytes are taken by what a value refers to.
func beyond(v reflect.Value) int {
	switch v.Kind() {
	case reflect.String:
		return allocated(v.Len())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return allocated(int(v.Elem().Type().Size())) + beyond(v.Elem())
	case reflect.Slice:
		return allocated(v.Cap()*int(v.Type().Elem().Size())) + elements(v)
	case reflect.Struct:
		if v.Type().ConvertibleTo(timeType) {
			return 0 // the place of a time is shared
		}
		bytes := 0
		for i := range v.NumField() {
			bytes += beyond(v.Field(i))
		}
		return bytes
	}
	return 0 // a number or a boolean; there are no maps
}

// elements returns how many bytes are taken by what the elements of a list refer to.
func elements(list reflect.Value) int {
	n := list.Len()
	step := max(1, n/weighed)
	bytes, seen := 0, 0
	for i := 0; i < n; i += step {
		bytes += beyond(list.Index(i))
		seen++
	}
	if seen == 0 {
		return 0
	}
	return bytes * n / seen
}

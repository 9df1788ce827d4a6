package graphtest

import (
	"fmt"
	"testing"
)

// Assemble puts the deferred parts of a stream where they belong, as clients do, and returns the data and
// the codes of the errors. It fails the test if a part belongs to an object that has not been sent, or
// the payloads do not say how they continue.
func Assemble(t *testing.T, payloads []Object) (data any, codes []string) {
	t.Helper()
	collect := func(from Object) {
		list, _ := from["errors"].([]any)
		for _, e := range list {
			codes = append(codes, fmt.Sprint(At(e, "extensions", "code")))
		}
	}
	for i, payload := range payloads {
		last := i == len(payloads)-1
		collect(payload)
		if i == 0 {
			if data = payload["data"]; (payload["hasNext"] == true) == last {
				t.Errorf("the first of %d payloads says hasNext %v", len(payloads), payload["hasNext"])
			}
			continue
		}
		if payload["hasNext"] == last {
			t.Errorf("payload %d of %d says hasNext %v", i+1, len(payloads), payload["hasNext"])
		}
		list, _ := payload["incremental"].([]any)
		if len(list) == 0 && !last {
			t.Errorf("payload %d of %d has nothing", i+1, len(payloads))
		}
		for _, part := range list {
			part := part.(Object)
			collect(part)
			path, isPath := part["path"].([]any)
			target, isObject := at(data, path).(Object)
			if !isPath || !isObject {
				t.Errorf("the object of %v has not been sent", part)
			} else if part["data"] != nil {
				merge(target, part["data"])
			}
		}
	}
	return data, codes
}

// at returns what stands at a path; nil if nothing does.
func at(value any, path []any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(Object)
			value = object[step]
		case float64:
			list, _ := value.([]any)
			if int(step) >= len(list) {
				return nil
			}
			value = list[int(step)]
		}
	}
	return value
}

// merge adds to an object or list what a part has of it, and returns the result.
func merge(old, added any) any {
	switch added := added.(type) {
	case Object:
		object, ok := old.(Object)
		if !ok {
			return added
		}
		for name, value := range added {
			object[name] = merge(object[name], value)
		}
		return object
	case []any:
		list, ok := old.([]any)
		if !ok || len(list) != len(added) {
			return added
		}
		for i := range added {
			list[i] = merge(list[i], added[i])
		}
		return list
	default:
		return added
	}
}

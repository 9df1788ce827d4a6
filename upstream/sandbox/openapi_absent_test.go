//go:build !openapi

package sandbox

import (
	"net/http"
	"testing"
)

// conforms checks nothing in this build; see openapi_test.go.
func conforms(testing.TB, *http.Request, []byte, *http.Response, []byte) {}

package upstream

import (
	"context"
	"net/http"
)

// What goes upstream of a caller's request, beside the token, is the language that it asks for
// and its id: nothing else.

type languageKey struct{}

// WithLanguage answers a context for calls whose answers are wanted in a language. The text is the
// value of an Accept-Language header; who takes it from a request has to bound and check it first.
// Answers in different languages are never taken for one another.
func WithLanguage(ctx context.Context, acceptLanguage string) context.Context {
	return context.WithValue(ctx, languageKey{}, acceptLanguage)
}

// Language answers what WithLanguage has set; empty where nothing was.
func Language(ctx context.Context) string {
	language, _ := ctx.Value(languageKey{}).(string)
	return language
}

type requestIDKey struct{}

// WithRequestID answers a context for calls that carry an id, in the X-Request-Id header, by which
// the service's logs can be read beside those of the caller. Reads that join one under way travel
// under the id of the first.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID answers what WithRequestID has set; empty where nothing was.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// forward adds the headers that come from the caller's request.
func forward(ctx context.Context, header http.Header) {
	if language := Language(ctx); language != "" {
		header["Accept-Language"] = []string{language}
	}
	if id := RequestID(ctx); id != "" {
		header["X-Request-Id"] = []string{id}
	}
}

// readKey answers what tells reads apart: no two of them that may be answered differently share
// one. No part of it but the last can hold a line break.
func readKey(ctx context.Context, credential Credential, url string) string {
	return credential.Key() + "\n" + Language(ctx) + "\n" + url
}

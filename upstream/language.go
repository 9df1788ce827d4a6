package upstream

import (
	"context"
	"net/http"
)

type languageKey struct{}

// WithLanguage answers a context for calls whose answers are wanted in a language. The text is the
// value of an Accept-Language header, fit for one: whoever takes it from outside has looked at it.
// Answers in different languages are never taken for one another.
func WithLanguage(ctx context.Context, acceptLanguage string) context.Context {
	return context.WithValue(ctx, languageKey{}, acceptLanguage)
}

// LanguageFrom answers the language of a context; empty where it has none.
func LanguageFrom(ctx context.Context) string {
	language, _ := ctx.Value(languageKey{}).(string)
	return language
}

// forward adds the headers that come from the caller's request. Beside the token these are all:
// nothing else of it goes upstream. Reads that join one under way travel under the id of the first.
func forward(ctx context.Context, header http.Header) {
	if language := LanguageFrom(ctx); language != "" {
		header["Accept-Language"] = []string{language}
	}
	if id := RequestIDFrom(ctx); id != "" {
		header["X-Request-Id"] = []string{id}
	}
}

// readKey answers what tells reads apart: no two of them that may be answered differently share
// one. No part of it but the last can hold a line break.
func readKey(ctx context.Context, credential Credential, url string) string {
	return credential.Key() + "\n" + LanguageFrom(ctx) + "\n" + url
}

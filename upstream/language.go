package upstream

import "context"

type languageKey struct{}

// WithLanguage returns a context for calls whose responses are wanted in a language. The text is the
// value of an Accept-Language header, and has to be fit for one: check what comes from outside first.
// Responses in different languages are never taken for one another.
func WithLanguage(ctx context.Context, acceptLanguage string) context.Context {
	return context.WithValue(ctx, languageKey{}, acceptLanguage)
}

// LanguageFrom returns the language of a context; empty if it has none.
func LanguageFrom(ctx context.Context) string {
	language, _ := ctx.Value(languageKey{}).(string)
	return language
}

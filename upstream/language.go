package upstream

import "context"

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

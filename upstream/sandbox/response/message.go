package response

import (
	"cmp"
	"strings"
)

// A Message is the vendor's ErrorMessageDto.
type Message struct {
	Locale       *string `json:"locale"`
	LocaleOrigin *string `json:"localeOrigin"`
	Text         string  `json:"text"`
}

// Messages returns a text as the service localises its errors: once in its own language and once in that of the
// request, usually with the same words.
func Messages(text, locale string) []Message {
	return []Message{
		{Locale: new("en-US"), LocaleOrigin: new("DEFAULT"), Text: text},
		{Locale: &locale, LocaleOrigin: new("REQUEST"), Text: text},
	}
}

// noLocale is the locale of a request that names none.
const noLocale = "und"

// Locale returns the language that the Accept-Language header of a request names first.
func Locale(header string) string {
	first, _, _ := strings.Cut(header, ",")
	first, _, _ = strings.Cut(first, ";")
	first = strings.TrimSpace(first)
	if strings.Trim(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return noLocale
	}
	return cmp.Or(first, noLocale)
}

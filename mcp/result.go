package mcp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"certql/graph/apierror"
)

// An outcome is the structured content of a result, as the output schema has it.
type outcome struct {
	Data   json.RawMessage `json:"data"`
	Errors []problem       `json:"errors,omitempty"`
	Cost   json.RawMessage `json:"cost,omitempty"`
}

// A problem is an error as an assistant is told of it.
type problem struct {
	Code       string         `json:"code"`
	Message    string         `json:"message"`
	Path       []any          `json:"path,omitempty"`
	WhatToDo   string         `json:"whatToDo"`
	RetryAfter float64        `json:"retryAfter,omitempty"` // in seconds
	Field      []string       `json:"field,omitempty"`      // of the input
	IDs        []string       `json:"ids,omitempty"`        // that it is about
	Details    map[string]any `json:"details,omitempty"`
}

// result returns the result of a call from the response to its operation. It is an error if nothing could be
// read, or if not all of a change was made.
func (t *tool) result(got response) *sdk.CallToolResult {
	told := outcome{Data: got.Data, Cost: got.Extensions.Upstream}
	if len(told.Data) == 0 {
		told.Data = json.RawMessage("null")
	}
	for _, err := range got.Errors {
		told.Errors = append(told.Errors, problemOf(err))
	}
	told.Errors = append(told.Errors, t.refusals(told.Data)...)
	return resultOf(told, len(told.Errors) > 0 && (t.write || isEmpty(told.Data)), t.write)
}

// refused returns the result of a call whose arguments do not fit.
func refused(err error) *sdk.CallToolResult {
	return resultOf(outcome{Data: json.RawMessage("null"), Errors: []problem{{
		Code: apierror.CodeBadUserInput, Message: "The arguments do not fit: " + err.Error() + ".",
		WhatToDo: "Nothing was sent. Correct them, and call the tool again.",
	}}}, true, false)
}

// resultOf returns a result with a sentence for each problem before the content, for clients that read
// only text.
func resultOf(told outcome, failed, write bool) *sdk.CallToolResult {
	text, err := json.Marshal(told)
	if err != nil { // which only what is not JSON could cause
		text, failed = []byte(`{"data":null}`), true
	}
	result := &sdk.CallToolResult{StructuredContent: json.RawMessage(text), IsError: failed}
	if len(told.Errors) > 0 {
		result.Content = append(result.Content, &sdk.TextContent{Text: plainly(told, failed, write)})
	}
	result.Content = append(result.Content, &sdk.TextContent{Text: string(text)})
	return result
}

// maxTold is how many problems are told in words.
const maxTold = 5

// plainly returns what went wrong in words.
func plainly(told outcome, failed, write bool) string {
	var words strings.Builder
	switch {
	case failed && write:
		words.WriteString("Not everything was done:")
	case failed:
		words.WriteString("It failed:")
	default:
		words.WriteString("Part of this could not be read, and is null:")
	}
	for i, each := range told.Errors {
		if i == maxTold {
			fmt.Fprintf(&words, "\n- and %d more", len(told.Errors)-maxTold)
			break
		}
		fmt.Fprintf(&words, "\n- %s: %s %s", each.Code, each.Message, each.WhatToDo)
	}
	return words.String()
}

// problemOf returns an error of a response as an assistant is told of it.
func problemOf(err graphError) problem {
	code, _ := err.Extensions["code"].(string)
	retryAfter, _ := err.Extensions["retryAfter"].(float64)
	code = cmp.Or(code, apierror.CodeInternal)
	delete(err.Extensions, "code")
	delete(err.Extensions, "retryAfter")
	return problem{Code: code, Message: err.Message, Path: err.Path, WhatToDo: adviceFor(code, retryAfter), RetryAfter: retryAfter, Details: err.Extensions}
}

// refusals returns the errors in the payloads of a write.
func (t *tool) refusals(data json.RawMessage) []problem {
	if len(t.payloads) == 0 {
		return nil
	}
	var payloads map[string]map[string]json.RawMessage
	if json.Unmarshal(data, &payloads) != nil {
		return nil // there is none
	}
	var all []problem
	for _, each := range t.payloads {
		var errs []struct {
			Code, Message string
			Field, IDs    []string
		}
		if json.Unmarshal(payloads[each.key][each.errors], &errs) != nil {
			continue // a payload that is null has an error of the response
		}
		for i, err := range errs {
			all = append(all, problem{
				Code: err.Code, Message: err.Message, Path: []any{each.key, each.errors, i},
				WhatToDo: adviceFor(err.Code, 0), Field: err.Field, IDs: err.IDs,
			})
		}
	}
	return all
}

// isEmpty reports whether data is null, or all its fields are.
func isEmpty(data json.RawMessage) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return false
	}
	for _, value := range fields {
		if string(value) != "null" {
			return false
		}
	}
	return true
}

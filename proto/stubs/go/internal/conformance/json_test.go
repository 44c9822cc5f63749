package conformance

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// The JSON of the vectors: variables, repetitions and patterns.
type object = map[string]any

// variables by name; nil is a field that was absent.
type variables map[string]*string

func (v variables) replace(text string) string {
	for name, value := range v {
		if value != nil {
			text = strings.ReplaceAll(text, "${"+name+"}", *value)
		}
	}
	return text
}

// expand replaces variables and writes repetitions out.
func (v variables) expand(element any) any {
	switch element := element.(type) {
	case string:
		name, whole := strings.CutPrefix(element, "${")
		if value, known := v[strings.TrimSuffix(name, "}")]; whole && known && value == nil {
			return nil // an absent field is set so again
		}
		return v.replace(element)
	case []any:
		items := make([]any, len(element))
		for i, item := range element {
			items[i] = v.expand(item)
		}
		return items
	case object:
		return v.expandObject(element)
	default:
		return element
	}
}

func (v variables) expandObject(element object) any {
	if count, repeated := element["$each"]; repeated {
		width, _ := element["width"].(float64)
		inner := variables{}
		for name, value := range v {
			inner[name] = value
		}
		items := make([]any, int(count.(float64)))
		for i := range items {
			number := fmt.Sprintf("%0*d", int(width), i)
			inner["i"] = &number
			items[i] = inner.expand(element["item"])
		}
		return items
	}
	if text, repeated := element["$text"]; repeated {
		return strings.Repeat(v.replace(text.(string)), int(element["times"].(float64)))
	}
	expanded := object{}
	for name, value := range element {
		expanded[v.replace(name)] = v.expand(value)
	}
	return expanded
}

// at returns what is at a path like "changes.0.etag", as text; nil where there is nothing.
func at(element any, path string) *string {
	for _, step := range strings.Split(path, ".") {
		switch found := element.(type) {
		case []any:
			index, err := strconv.Atoi(step)
			if err != nil || index >= len(found) {
				return nil
			}
			element = found[index]
		case object:
			element = found[step]
		default:
			return nil
		}
	}
	if element == nil {
		return nil
	}
	text := fmt.Sprint(element)
	return &text
}

func fits(pattern, value any) bool { return misfit(pattern, value, "") == nil }

// misfit says why the value, nil for none, does not fit the pattern.
func misfit(pattern, value any, path string) error {
	wrong := fmt.Errorf("%s: got %s, want %s", path, shown(value), shown(pattern))
	switch pattern := pattern.(type) {
	case object:
		return misfitOfObject(pattern, value, path)
	case []any:
		items, ok := value.([]any)
		if !ok || len(items) != len(pattern) {
			return wrong
		}
		for i, item := range items {
			if err := misfit(pattern[i], item, fmt.Sprintf("%s.%d", path, i)); err != nil {
				return err
			}
		}
		return nil
	default:
		if !reflect.DeepEqual(pattern, value) {
			return wrong
		}
		return nil
	}
}

func misfitOfObject(pattern object, value any, path string) error {
	for name, operand := range pattern {
		if strings.HasPrefix(name, "$") {
			if !fitsOperator(name, operand, value) {
				return fmt.Errorf("%s: got %s, want %s", path, shown(value), shown(pattern))
			}
			return nil
		}
	}
	members, ok := value.(object)
	if !ok {
		return fmt.Errorf("%s: got %s, want %s", path, shown(value), shown(pattern))
	}
	for name, inner := range pattern {
		if err := misfit(inner, members[name], path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func fitsOperator(operator string, operand, value any) bool {
	items, _ := value.([]any)
	switch operator {
	case "$absent":
		return value == nil
	case "$size":
		return value != nil && float64(len(items)) == operand
	case "$any":
		for _, item := range items {
			if fits(operand, item) {
				return true
			}
		}
		return false
	case "$in":
		for _, pattern := range operand.([]any) {
			if fits(pattern, value) {
				return true
			}
		}
		return false
	case "$prefix":
		text, ok := value.(string)
		return ok && strings.HasPrefix(text, operand.(string))
	default:
		panic("unknown operator " + operator)
	}
}

func shown(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text[:min(len(text), 2000)])
}

// inOrder says which pattern fits no message after the one of the pattern before.
func inOrder(patterns []any, messages []any) error {
	rest := messages
	for _, pattern := range patterns {
		for len(rest) > 0 && !fits(pattern, rest[0]) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return fmt.Errorf("no message fits %s, got %s", shown(pattern), shown(messages))
		}
		rest = rest[1:]
	}
	return nil
}

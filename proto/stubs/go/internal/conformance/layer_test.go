package conformance

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	kpisuite "kpisuite.com/go"
)

// Steps that go through the layer written by hand.

func (r *run) pages(ctx context.Context, step object) error {
	method, err := r.stub.convenience(step["pages"].(string))
	if err != nil {
		return err
	}
	answer, wrong, _ := invoke(ctx, method, step["request"])
	if wrong != nil {
		return wrong
	}
	var items []any
	for message, failure := range sequence(answer) {
		if failure != nil {
			return checkError(step, failure)
		}
		item, err := toJSON(message)
		if err != nil {
			return err
		}
		items = append(items, item)
	}
	found := object{"count": float64(len(items))}
	if len(items) > 0 {
		found["first"], found["last"] = items[0], items[len(items)-1]
	}
	return misfit(step["expect"], found, "pages")
}

func (r *run) watch(ctx context.Context, step object, during []any) error {
	method, err := r.stub.convenience(step["watch"].(string))
	if err != nil {
		return err
	}
	answer, wrong, _ := invoke(ctx, method, step["request"])
	if wrong != nil {
		return wrong
	}
	var received []any
	seen := false
	for message, failure := range sequence(answer) {
		if failure != nil {
			return checkEnd(step, received, failure)
		}
		element, err := toJSON(message)
		if err != nil {
			return err
		}
		received = append(received, element)
		if begin, asked := step["at"]; asked && !seen && fits(begin, element) {
			seen = true
			if err := r.steps(ctx, during); err != nil {
				return err
			}
		}
		// What the inner steps saved may be in these patterns.
		if until, asked := step["until"]; asked && fits(r.known.expand(until), element) {
			break
		}
	}
	return checkEnd(r.known.expand(step).(object), received, nil)
}

func (r *run) write(ctx context.Context, step object) error {
	told := step["write"].(object)
	scale := int32(told["scale"].(float64))
	start, gap := integer(told["start"]), integer(told["step"])
	dimensions := map[string]string{}
	for name, member := range told["dimensions"].(object) {
		dimensions[name] = member.(string)
	}
	writer, err := r.stub.client.OpenWriter(ctx, told["parent"].(string),
		&kpisuite.WriterOptions{BatchSamples: int(told["batch"].(float64))})
	if err != nil {
		return err
	}
	series := writer.Series(told["metric"].(string), dimensions)
	for i := range int64(told["count"].(float64)) {
		t := time.Unix(0, start+i*gap)
		if err := series.Decimal(ctx, t, kpisuite.FromMantissa(i, scale)); err != nil {
			return err
		}
	}
	summary, failure := writer.Flush(ctx)
	if failure != nil && len(summary.Refused) == 0 {
		return failure
	}
	if err := writer.Close(ctx); err != nil {
		return err
	}
	found := object{
		"inserted": float64(summary.Inserted), "corrected": float64(summary.Corrected),
		"unchanged": float64(summary.Unchanged), "batches": float64(summary.Batches),
		"refused": float64(len(summary.Refused)),
	}
	if failure != nil {
		found["reason"] = summary.Refused[0].Err.Reason
	}
	return misfit(step["expect"], found, "summary")
}

func checkDecimal(step object) error {
	text := step["decimal"].(string)
	err := convertDecimal(step, text)
	if step["refused"] == true {
		if err == nil {
			return fmt.Errorf("%q was not refused", text)
		}
		return nil
	}
	return err
}

func convertDecimal(step object, text string) error {
	number, err := kpisuite.ParseDecimal(text)
	if err != nil {
		return err
	}
	canonical, err := kpisuite.DecimalText(number)
	if err != nil {
		return err
	}
	if want, asked := step["canonical"]; asked && want != canonical {
		return fmt.Errorf("got %s, want %s", canonical, want)
	}
	scale, asked := step["scale"].(float64)
	if !asked {
		return nil
	}
	mantissa, err := kpisuite.ToMantissa(number, int32(scale))
	if err != nil {
		return err
	}
	if want := step["mantissa"]; strconv.FormatInt(mantissa, 10) != want {
		return fmt.Errorf("got mantissa %d, want %v", mantissa, want)
	}
	if back := kpisuite.FromMantissa(mantissa, int32(scale)); !back.Equal(number) {
		return fmt.Errorf("got %v back, want %v", back, number)
	}
	return nil
}

func (r *run) connect(step object) error {
	token := step["token"].(string)
	client, err := r.settings.connect(step["connect"].(string), &token)
	if err == nil {
		return errors.Join(errors.New("the connection is not refused"), client.Close())
	}
	return nil
}

func integer(element any) int64 {
	number, err := strconv.ParseInt(element.(string), 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

func typeOf[T any]() reflect.Type { return reflect.TypeOf((*T)(nil)).Elem() }

var inner = regexp.MustCompile("([a-z])([A-Z])")

// canonical is the name of a code in the contract: NOT_FOUND for NotFound.
func canonical(code codes.Code) string {
	if code == codes.Canceled {
		return "CANCELLED"
	}
	return strings.ToUpper(inner.ReplaceAllString(code.String(), "${1}_${2}"))
}

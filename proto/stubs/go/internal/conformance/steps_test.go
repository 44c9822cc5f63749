package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	kpisuite "kpisuite.com/go"
	"kpisuite.com/go/kpisuitev1"
)

// run runs the steps of one vector.
type run struct {
	settings *settings
	stub     stub
	known    variables
}

func (r *run) steps(ctx context.Context, steps []any) error {
	for _, raw := range steps {
		// The inner steps of a watch are expanded when they run: they may use what is saved by then.
		outer := maps.Clone(raw.(object))
		during, _ := outer["during"].([]any)
		delete(outer, "during")
		if err := r.step(ctx, r.known.expand(outer).(object), during); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) step(ctx context.Context, step object, during []any) error {
	kinds := map[string]func(context.Context, object) error{
		"call": r.call, "read": r.read, "exchange": r.exchange, "pages": r.pages, "write": r.write,
		"reapply": r.reapply,
		"decimal": func(_ context.Context, step object) error { return checkDecimal(step) },
		"connect": func(_ context.Context, step object) error { return r.connect(step) },
		"watch": func(ctx context.Context, step object) error {
			return r.watch(ctx, step, during)
		},
	}
	for kind, execute := range kinds {
		if _, found := step[kind]; found {
			if milliseconds, limited := step["deadlineMs"].(float64); limited {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Duration(milliseconds)*time.Millisecond)
				defer cancel()
			}
			return execute(ctx, step)
		}
	}
	return fmt.Errorf("unknown step %s", shown(step))
}

func (r *run) call(ctx context.Context, step object) error {
	told, _ := step["metadata"].(object)
	for name, value := range told {
		ctx = metadata.AppendToOutgoingContext(ctx, name, value.(string))
	}
	method, err := r.stub.method(step["call"].(string))
	if err != nil {
		return err
	}
	answer, wrong, failure := invoke(ctx, method, step["request"])
	if wrong != nil || failure != nil {
		return errors.Join(wrong, checkError(step, failure))
	}
	return r.checkAnswer(step, answer.(proto.Message))
}

func (r *run) reapply(ctx context.Context, step object) error {
	definition, err := r.stub.client.Definitions.GetDefinition(
		ctx, &kpisuitev1.GetDefinitionRequest{Name: step["reapply"].(string)})
	if err != nil {
		return err
	}
	answer, err := r.stub.client.Definitions.ApplyDefinitions(
		ctx, &kpisuitev1.ApplyDefinitionsRequest{
			Parent: step["parent"].(string), Definitions: []*kpisuitev1.Definition{definition}})
	if err != nil {
		return err
	}
	return r.checkAnswer(step, answer)
}

func (r *run) checkAnswer(step object, message proto.Message) error {
	answer, err := toJSON(message)
	if err != nil {
		return err
	}
	if want, wrong := step["error"]; wrong {
		return fmt.Errorf("got %s, want error %s", shown(answer), shown(want))
	}
	if want, asked := step["expect"]; asked {
		if err := misfit(want, answer, "answer"); err != nil {
			return err
		}
	}
	saved, _ := step["save"].(object)
	for name, path := range saved {
		r.known[name] = at(answer, path.(string))
	}
	return nil
}

// checkError compares the typed error of a call with what the step wants; nil is no error.
func checkError(step object, failure error) error {
	want, asked := step["error"].(object)
	var err *kpisuite.Error
	switch {
	case !asked:
		return failure
	case failure == nil:
		return fmt.Errorf("got no error, want %s", shown(want))
	case !errors.As(failure, &err):
		return fmt.Errorf("no *kpisuite.Error: %w", failure)
	}
	name := "ERROR_REASON_" + err.Reason
	if number, known := kpisuitev1.ErrorReason_value[name]; known &&
		int32(err.ErrorReason()) != number {
		return fmt.Errorf("got %v, want %s", err.ErrorReason(), name)
	}
	told := object{"code": canonical(err.Code), "reason": err.Reason}
	dynamic := object{}
	for key, value := range err.Metadata {
		dynamic[key] = value
	}
	told["metadata"] = dynamic
	if err.RetryDelay > 0 {
		told["retryAfter"] = err.RetryDelay.Seconds()
	}
	fields := []any{}
	for _, violation := range err.Violations {
		fields = append(fields, violation.Field)
	}
	pattern := maps.Clone(want)
	delete(pattern, "violations")
	if wrong := misfit(pattern, told, "error"); wrong != nil {
		return fmt.Errorf("%w: %w", wrong, err)
	}
	violations, _ := want["violations"].([]any)
	for _, field := range violations {
		if !fitsOperator("$any", field, fields) {
			return fmt.Errorf("no violation of %v: %s", field, shown(fields))
		}
	}
	return nil
}

// checkEnd compares what came and how it ended.
func checkEnd(step object, received []any, failure error) error {
	if err := checkError(step, failure); err != nil {
		return err
	}
	patterns, _ := step["expect"].([]any)
	return inOrder(patterns, received)
}

func (r *run) read(ctx context.Context, step object) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	method, err := r.stub.method(step["read"].(string))
	if err != nil {
		return err
	}
	stream, wrong, failure := invoke(ctx, method, step["request"])
	if wrong != nil {
		return wrong
	}
	var received []any
	until, sought := step["until"]
	for failure == nil {
		var message proto.Message
		if message, failure = receive(stream); failure != nil {
			break
		}
		element, err := toJSON(message)
		if err != nil {
			return err
		}
		received = append(received, element)
		if sought && fits(until, element) {
			cancel()
			return checkCancelled(step, stream, received)
		}
	}
	if failure == io.EOF {
		failure = nil
		if sought {
			return fmt.Errorf("ended with OK, want %s", shown(until))
		}
	}
	return checkEnd(step, received, failure)
}

func checkCancelled(step object, stream any, received []any) error {
	var end error
	for end == nil {
		_, end = receive(stream)
	}
	if step["cancelled"] == true && !errors.Is(end, context.Canceled) {
		return fmt.Errorf("got %w, want CANCELLED", end)
	}
	return checkEnd(object{"expect": step["expect"]}, received, nil)
}

func (r *run) exchange(ctx context.Context, step object) error {
	stream, err := r.stub.client.Measurements.StreamSamples(ctx)
	if err != nil {
		return err
	}
	for _, element := range step["requests"].([]any) {
		request, err := parse(typeOf[*kpisuitev1.StreamSamplesRequest](), element)
		if err != nil {
			return err
		}
		// The end of the stream is told when it is read.
		if err := stream.Send(request.(*kpisuitev1.StreamSamplesRequest)); err != nil {
			break
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	var received []any
	for {
		message, failure := stream.Recv()
		if failure == io.EOF {
			return checkEnd(step, received, nil)
		}
		if failure != nil {
			return checkEnd(step, received, failure)
		}
		element, err := toJSON(message)
		if err != nil {
			return err
		}
		received = append(received, element)
	}
}

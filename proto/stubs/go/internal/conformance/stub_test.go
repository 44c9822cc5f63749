package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"

	// Statuses inside answers have their details printed.
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	kpisuite "kpisuite.com/go"
)

// stub calls the methods of the generated stubs, and of the client itself, by name.
type stub struct {
	client *kpisuite.Client
}

// method finds "MeasurementService.ReadSamples" of the stubs.
func (s stub) method(name string) (reflect.Value, error) {
	service, rpc, _ := strings.Cut(name, ".")
	services := map[string]any{
		"DefinitionService":  s.client.Definitions,
		"MeasurementService": s.client.Measurements,
		"EvaluationService":  s.client.Evaluations,
	}
	return methodOf(services[service], rpc)
}

// convenience finds the method of the client that has the name of the rpc: pages and watches.
func (s stub) convenience(name string) (reflect.Value, error) {
	_, rpc, _ := strings.Cut(name, ".")
	return methodOf(s.client, rpc)
}

func methodOf(receiver any, name string) (reflect.Value, error) {
	if receiver != nil {
		if found := reflect.ValueOf(receiver).MethodByName(name); found.IsValid() {
			return found, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("%T has no method %s", receiver, name)
}

// invoke calls a unary method, or opens a stream. The first error is that of the vector, the second
// that of the call.
func invoke(
	ctx context.Context, method reflect.Value, request any,
) (answer any, wrong, failure error) {
	arguments := []reflect.Value{reflect.ValueOf(ctx)}
	if kind := method.Type().In(1); kind.Kind() == reflect.Pointer {
		message, err := parse(kind, request)
		if err != nil {
			return nil, err, nil
		}
		arguments = append(arguments, reflect.ValueOf(message))
	}
	results := method.Call(arguments)
	if len(results) > 1 {
		failure, _ = results[1].Interface().(error)
	}
	return results[0].Interface(), nil, failure
}

// sequence is the iterator of a page or watch method: a message or an error at a time.
func sequence(answer any) iter.Seq2[proto.Message, error] {
	return func(yield func(proto.Message, error) bool) {
		for first, second := range reflect.ValueOf(answer).Seq2() {
			message, _ := first.Interface().(proto.Message)
			failure, _ := second.Interface().(error)
			if !yield(message, failure) {
				return
			}
		}
	}
}

// receive takes one message of a stream.
func receive(stream any) (proto.Message, error) {
	results := reflect.ValueOf(stream).MethodByName("Recv").Call(nil)
	message, _ := results[0].Interface().(proto.Message)
	failure, _ := results[1].Interface().(error)
	return message, failure
}

// parse makes the message of a pointer type from JSON.
func parse(pointer reflect.Type, element any) (proto.Message, error) {
	text, err := json.Marshal(element)
	if err != nil {
		return nil, err
	}
	message := reflect.New(pointer.Elem()).Interface().(proto.Message)
	return message, protojson.Unmarshal(text, message)
}

// toJSON is the message as protobuf writes it in JSON.
func toJSON(message proto.Message) (any, error) {
	text, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	var element any
	err = json.Unmarshal(text, &element)
	return element, err
}

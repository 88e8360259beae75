package tracegen

import (
	"bytes"
	"encoding/json"
	"testing"
)

// A seed is one trace; another seed is another. Times ascend, and bodies are JSON.
func TestTraces(t *testing.T) {
	for _, kind := range Names() {
		t.Run(kind, func(t *testing.T) {
			trace := Kinds[kind](1)
			if !bytes.Equal(trace.JSONL(), Kinds[kind](1).JSONL()) || bytes.Equal(trace.JSONL(), Kinds[kind](2).JSONL()) {
				t.Error("the trace does not depend on the seed alone")
			}
			for i, l := range trace {
				if !json.Valid(l.Body) || i > 0 && l.At.Before(trace[i-1].At) {
					t.Fatalf("request %d: at %v, JSON: %v", i, l.At, json.Valid(l.Body))
				}
			}
			if got := bytes.Count(trace.JSONL(), []byte("\n")); got != len(trace) {
				t.Errorf("%d lines of %d requests", got, len(trace))
			}
		})
	}
}

// Within a conversation every request begins with the messages of the one before it: the
// generator appends to lists that it shares.
func TestAgentsOnlyAppend(t *testing.T) {
	var before []json.RawMessage
	for i, l := range Kinds["agent"](1) {
		var body struct{ Messages []json.RawMessage }
		if err := json.Unmarshal(l.Body, &body); err != nil {
			t.Fatal(err)
		}
		for k := range before {
			if !bytes.Equal(before[k], body.Messages[k]) {
				t.Fatalf("message %d of request %d changed", k, i)
			}
		}
		before = body.Messages
	}
	if len(before) != 2+49*2 {
		t.Errorf("%d messages at the end", len(before))
	}
}

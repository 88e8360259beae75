package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"syscall"
	"testing"

	"github.com/sashabaranov/go-openai"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

func TestDropInGoOpenAI(t *testing.T) { unchanged(t, goOpenAI) }

// scripted adds a script to every request, which go-openai itself cannot.
type scripted string

func (s scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	if s != "" {
		r = r.Clone(r.Context())
		r.Header.Set(fakeupstream.ScriptHeader, string(s))
	}
	return http.DefaultTransport.RoundTrip(r)
}

func goOpenAI(t *testing.T, base string) (outcomes []outcome) {
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	with := func(script string) *openai.Client {
		config := openai.DefaultConfig("sk-test-0000")
		config.BaseURL = base + "/v1"
		config.HTTPClient = &http.Client{Transport: scripted(script)}
		return openai.NewClientWithConfig(config)
	}
	add := func(name string, result any, err error) {
		outcomes = append(outcomes, outcomeOf("go-openai", name, result, err))
	}
	ctx := t.Context()
	for _, c := range [][2]string{{"chat", ""}, {"gzip", "encoding=gzip"}, {"error_400", "status=400"}, {"error_429", "status=429"}, {"error_500", "status=500"}} {
		resp, err := with(c[1]).CreateChatCompletion(ctx, goChat(passages))
		add(c[0], resp, err)
	}
	for _, c := range [][2]string{{"stream", ""}, {"stream_one_byte", "cut=1;unicode"}, {"stream_comments", "comments=20"}, {"stream_error", "status=400"},
		{"stream_too_many_comments", "comments=320;drip=1ms"}, {"stream_cut_off", "abort=3"}, {"stream_reset", "reset=3"}, {"stream_cancel", "drip=40ms"}} {
		result, err := goStream(ctx, with(c[1]), c[0] == "stream_cancel")
		add(c[0], result, err)
	}
	result, err := goTools(ctx, with(""))
	add("tools", result, err)
	models, err := with("").ListModels(ctx)
	add("models", models, err)
	vectors, err := with("").CreateEmbeddings(ctx, openai.EmbeddingRequest{Input: []string{"a", meeting}, Model: "m", Dimensions: 4})
	add("embeddings", vectors, err)
	file, err := with("").CreateFileBytes(ctx, openai.FileBytesRequest{Name: "a.txt", Bytes: []byte(meeting), Purpose: openai.PurposeAssistants})
	add("file", file, err)
	dropHeaders(outcomes)
	return outcomes
}

// dropHeaders leaves out of results what go-openai keeps of headers: Date changes.
func dropHeaders(outcomes []outcome) {
	for i, o := range outcomes {
		var fields map[string]json.RawMessage
		if json.Unmarshal(o.Result, &fields) == nil {
			delete(fields, "Header")
			outcomes[i].Result, _ = json.Marshal(fields)
		}
	}
}

func goChat(text string) openai.ChatCompletionRequest {
	return openai.ChatCompletionRequest{Model: "gpt-4o-mini", Stop: []string{"END"},
		Messages: []openai.ChatCompletionMessage{{Role: "user", Content: text}}}
}

type goStreamed struct {
	Text   string
	Chunks int
	Usage  *openai.Usage
	End    string
}

// goStream reads a stream, or its first three chunks.
func goStream(ctx context.Context, c *openai.Client, cancel bool) (got goStreamed, err error) {
	req := goChat("Hello")
	req.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	stream, err := c.CreateChatCompletionStream(ctx, req)
	if err != nil {
		return got, err
	}
	defer stream.Close()
	for !cancel || got.Chunks < 3 {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			got.End = brokenConnection(err)
			break
		}
		got.Chunks++
		got.Usage = chunk.Usage
		if len(chunk.Choices) > 0 { // the chunk with usage has none
			got.Text += chunk.Choices[0].Delta.Content
		}
	}
	return got, nil
}

// brokenConnection is an error's text, or one text for all the ways in which a
// connection breaks: a reset comes out of a proxy as an end before the end.
func brokenConnection(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return "broken connection"
	}
	return err.Error()
}

func goTools(ctx context.Context, c *openai.Client) (openai.ChatCompletionResponse, error) {
	req := goChat("Please use the tool")
	req.Tools = []openai.Tool{{Type: openai.ToolTypeFunction, Function: &openai.FunctionDefinition{Name: "weather",
		Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)}}}
	first, err := c.CreateChatCompletion(ctx, req)
	if err != nil || len(first.Choices[0].Message.ToolCalls) != 1 {
		return first, errors.Join(err, errors.New("no call"))
	}
	req.Messages = append(req.Messages, first.Choices[0].Message,
		openai.ChatCompletionMessage{Role: "tool", ToolCallID: first.Choices[0].Message.ToolCalls[0].ID, Content: meeting})
	return c.CreateChatCompletion(ctx, req)
}

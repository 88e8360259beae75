package service

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

func TestContractIsWhatWasGenerated(t *testing.T) {
	loader := openapi3.NewLoader()
	file, err := loader.LoadFromFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Validate(loader.Context); err != nil {
		t.Fatal(err)
	}
	embedded, err := api.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	a, err1 := file.MarshalJSON()
	b, err2 := embedded.MarshalJSON()
	// The generator capitalises operation identifiers; nothing else may differ.
	if err1 != nil || err2 != nil || !bytes.EqualFold(a, b) {
		t.Fatal("openapi.yaml changed; run go generate ./service/internal/api", err1, err2)
	}
}

// The table of errors in the contract is the one the code goes by.
func TestErrorTable(t *testing.T) {
	raw, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`\| (\d{3}) \| .(pith_\w+). \| (yes|no) \|`).FindAllStringSubmatch(string(raw), -1)
	published := map[pith.Code]fate{codeClientGone: fates[codeClientGone]}
	for _, row := range rows {
		status, _ := strconv.Atoi(row[1])
		published[pith.Code(row[2])] = fate{status, row[3] == "yes"}
	}
	if fmt.Sprint(published) != fmt.Sprint(fates) {
		t.Errorf("published %v\n     code %v", published, fates)
	}
}

const canary = "CANARYmagpie"

func TestInvalidRequests(t *testing.T) {
	s := newTest(t, fake{})
	deep := strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)
	tests := []struct {
		name, path, body string
		param, message   string
	}{
		{"empty", "", ``, "", "ends too early"},
		{"not_json", "", `{"input": "` + canary + `"`, "", "ends too early"},
		{"broken", "", `{"input": "` + canary + `" 1}`, "", "not valid JSON at byte 25"},
		{"trailing", "", `{"input":"a"} {"input":"` + canary + `"}`, "", "one document"},
		{"bom", "", "\ufeff" + `{"input":"a"}`, "", "not valid JSON at byte 0"},
		{"null", "", `null`, "", "the body must be object; got null"},
		{"array", "", `["` + canary + `"]`, "", "the body must be object; got array"},
		{"deep", "", deep, "", "16 levels"},
		{"duplicate", "", `{"input":"` + canary + `","input":"b"}`, "", "same member twice"},
		{"escaped_duplicate", "", `{"input":"a","inpu\u0074":"b"}`, "", "same member twice"},
		{"invalid_utf8", "", "{\"input\":\"\xff\"}", "", "UTF-8"},
		{"lone_surrogate", "", `{"input":"\ud800"}`, "", "surrogates"},
		{"no_text", "", `{}`, "", "send input or contexts"},
		{"both_texts", "", `{"input":"a","contexts":["b"]}`, "/contexts", "input and contexts exclude"},
		{"no_contexts", "", `{"contexts":[]}`, "/contexts", "contexts must have at least 1 item"},
		{"context_null", "", `{"contexts":["a",null]}`, "/contexts/1", "item 1 of contexts must be string or object; got null"},
		{"context_without_text", "", `{"contexts":[{"id":"a"}]}`, "/contexts/0/text", "text is missing"},
		{"context_unknown", "", `{"contexts":[{"text":"a","weight":1}]}`, "/contexts/0/weight", "unknown member: weight"},
		{"context_rate", "", `{"contexts":["a",{"text":"a","rate":1.5}]}`, "/contexts/1/rate", "rate must be in (0, 1]; got 1.5"},
		{"context_exclusive", "", `{"contexts":[{"text":"a","rate":0.5,"threshold":0.5}]}`, "/contexts/0/threshold", "rate and threshold exclude"},
		{"context_language", "", `{"contexts":[{"text":"a","language":"` + canary + `"}]}`, "/contexts/0/language", "language must match"},
		{"unknown", "", `{"input":"a","context_budget":1,"aggressiveness":1}`, "/aggressiveness", "unknown member: aggressiveness, context_budget"},
		{"unknown_case", "", `{"Input":"a","input":"a"}`, "/Input", "unknown member: Input"},
		{"unknown_text", "", `{"input":"a","` + canary + ` and more":1}`, "", "unknown member;"},
		{"method", "", `{"input":"a","method":"` + canary + `"}`, "/method", "method must be one of auto, llmlingua2, longcodezip, lossless, structure, metatoken, none"},
		{"kind", "", `{"contexts":["a",{"text":"a","kind":"` + canary + `"}]}`, "/contexts/1/kind", "kind must be one of code"},
		{"context_language_long", "", `{"contexts":[{"text":"a","language":"` + strings.Repeat("a", 33) + `"}]}`, "/contexts/0/language", "language must match"},
		{"code", "", `{"input":"a","code":"` + canary + `"}`, "/code", "code must be object; got string"},
		{"code_unknown", "", `{"input":"a","code":{"budget":1}}`, "/code/budget", "unknown member: budget"},
		{"marks", "", `{"input":"a","code":{"marks":"` + canary + `"}}`, "/code/marks", "marks must be one of counted, range, short, none"},
		{"keep_empty", "", `{"input":"a","code":{"keep":["a","b","c",""]}}`, "/code/keep/3", "item 3 of keep must not be empty"},
		{"keep_blank", "", `{"input":"a","code":{"keep":[" "]}}`, "/code/keep/0", "must not be empty"},
		{"keep_bytes", "", `{"input":"a","code":{"keep":["` + strings.Repeat("ä", 200) + `"]}}`, "/code/keep/0", "at most 256 bytes; got 400"},
		{"rank_only", "", `{"input":"a","code":{"rank_only":1}}`, "/code/rank_only", "rank_only must be boolean; got number"},
		{"rate_0", "", `{"input":"a","rate":0}`, "/rate", "rate must be in (0, 1]; got 0"},
		{"rate_string", "", `{"input":"a","rate":"` + canary + `"}`, "/rate", "rate must be number; got string"},
		{"rate_null", "", `{"input":"a","rate":null}`, "/rate", "rate must be number; got null"},
		{"threshold_1", "", `{"input":"a","threshold":1}`, "/threshold", "threshold must be in (0, 1); got 1"},
		{"target_0", "", `{"input":"a","target_tokens":0}`, "/target_tokens", "target_tokens must be in [1, 2000000]; got 0"},
		{"target_half", "", `{"input":"a","target_tokens":1.5}`, "/target_tokens", "target_tokens must be integer"},
		{"target_huge", "", `{"input":"a","target_tokens":1e300}`, "/target_tokens", "in [1, 2000000]"},
		{"exclusive", "", `{"input":"a","rate":0.5,"target_tokens":5}`, "/target_tokens", "rate and target_tokens exclude"},
		{"model_and_tokenizer", "", `{"input":"a","model":"gpt-4o","tokenizer":"o200k_base"}`, "/tokenizer", "exclude"},
		{"unknown_model", "", `{"input":"a","model":"unknown-model"}`, "/model", "no such model"},
		{"cache", "", `{"input":"a","cache":"always"}`, "/cache", "cache must be one of write, read, off"},
		{"return", "", `{"input":"a","return":["diff"]}`, "/return/0", "item 0 of return must be one of spans, labels, scores"},
		{"pattern", "", `{"input":"a","preserve":{"patterns":["a","` + canary + `("]}}`, "/preserve/patterns/1", "RE2"},
		{"class", "", `{"input":"a","preserve":{"classes":["poems"]}}`, "/preserve/classes/0", "must be one of code"},
		{"force_empty", "", `{"input":"a","force_tokens":[""]}`, "/force_tokens/0", "must not be empty"},
		{"deadline_0", "", `{"input":"a","deadline_ms":0}`, "/deadline_ms", "in [1, 60000]; got 0"},
		{"deadline_60001", "", `{"input":"a","deadline_ms":60001}`, "/deadline_ms", "in [1, 60000]; got 60001"},
		{"batch_empty", "/v1/compress/batch", `{"requests":[]}`, "/requests", "at least 1"},
		{"batch_no_id", "/v1/compress/batch", `{"requests":[{"input":"a"}]}`, "/requests/0/custom_id", "custom_id is missing"},
		{"batch_item", "/v1/compress/batch", `{"requests":[{"custom_id":"1","input":"a"},{"custom_id":"2","contexts":[{"text":1}]}]}`, "/requests/1/contexts/0/text", "text must be string; got number"},
		{"batch_conflict", "/v1/compress/batch", `{"requests":[{"custom_id":"1"}]}`, "/requests/0", "send input or contexts"},
		{"count_none", "/v1/count", `{}`, "", "send input or texts"},
		{"count_type", "/v1/count", `{"texts":["a",2]}`, "/texts/1", "item 1 of texts must be string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.path
			if path == "" {
				path = "/v1/compress"
			}
			msg := wantError(t, post(s, path, tt.body), http.StatusBadRequest, pith.CodeInvalid, tt.param)
			if !strings.Contains(msg, tt.message) {
				t.Errorf("message %q, want %q in it", msg, tt.message)
			}
			if strings.Contains(msg, canary) {
				t.Errorf("message %q quotes the request", msg)
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	s := newTest(t, fake{})
	tests := []struct {
		name, path, contentType, encoding string
		status                            int
	}{
		{"charset", "/v1/compress", "application/json; charset=UTF-8", "", 200},
		{"upper_case", "/v1/compress", "Application/JSON", "", 200},
		{"identity", "/v1/compress", "application/json", "identity", 200},
		{"none", "/v1/compress", "", "", 415},
		{"text", "/v1/compress", "text/plain", "", 415},
		{"json_like", "/v1/compress", "application/jsonp", "", 415},
		{"charset_latin1", "/v1/compress", "application/json; charset=latin1", "", 415},
		{"lines_to_single", "/v1/compress", "application/x-ndjson", "", 415},
		{"zstd", "/v1/compress", "application/json", "zstd", 415},
		{"two_layers", "/v1/compress", "application/json", "gzip, gzip", 415},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := post(s, tt.path, `{"input":"a b"}`, "Content-Type", tt.contentType, "Content-Encoding", tt.encoding)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.status == 415 {
				wantError(t, w, 415, codeMediaType, "")
			}
		})
	}
}

func TestPathsAndMethods(t *testing.T) {
	s := newTest(t, fake{})
	tests := []struct {
		method, path string
		status       int
		allow        string
	}{
		{"POST", "/compress", 200, ""},
		{"POST", "/v1/compress", 200, ""},
		{"POST", "/pith/v1/compress", 200, ""},
		{"GET", "/healthz", 200, ""},
		{"HEAD", "/healthz", 200, ""},
		{"GET", "/v1/compressors", 200, ""},
		{"GET", "/pith/v1/compressors", 200, ""},
		{"GET", "/v1/compress", 405, "POST"},
		{"DELETE", "/readyz", 405, "GET,HEAD"},
		{"POST", "/v1/compress/", 404, ""},
		{"POST", "//v1/compress", 404, ""},
		{"GET", "/metrics", 404, ""},
		{"GET", "/debug/pprof/", 404, ""},
		{"GET", "/", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(`{"input":"a b"}`))
			w := do(s, r, "Content-Type", "application/json")
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if got := strings.Join(w.Header().Values("Allow"), ","); got != tt.allow {
				t.Errorf("Allow %q, want %q", got, tt.allow)
			}
			if w.Header().Get("X-Pith-Request-Id") == "" {
				t.Error("no request id")
			}
		})
	}
}

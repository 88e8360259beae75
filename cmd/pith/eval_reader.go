package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/jieba"
	"github.com/pith-proxy/pith/eval/metric"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/suite"
)

// readerFlags say which LLM reads, and what it may cost. Keys come from the environment
// alone: flags are seen by everybody who may list processes.
type readerFlags struct {
	url, model  string
	system      string
	temperature float32
	seed        int
	concurrency int
	retries     int
	timeout     time.Duration
	input       float64
	output      float64
	most        float64
	answers     bool
}

func (f *readerFlags) add(fl *pflag.FlagSet) {
	fl.StringVar(&f.url, "reader", "", "base URL of an OpenAI-compatible endpoint that answers, with its /v1; its key is PITH_READER_KEY or OPENAI_API_KEY; nobody answers if not given")
	fl.StringVar(&f.model, "reader-model", "", "its model")
	fl.StringVar(&f.system, "reader-system", "", "a system prompt for it")
	fl.Float32Var(&f.temperature, "reader-temperature", 0, "its temperature")
	fl.IntVar(&f.seed, "reader-seed", -1, "its seed; none is sent below 0")
	fl.IntVar(&f.concurrency, "concurrency", 4, "calls of it at the same time")
	fl.IntVar(&f.retries, "retries", 6, "times a call is tried again that failed for a while")
	fl.DurationVar(&f.timeout, "reader-timeout", 5*time.Minute, "the longest a call may take")
	fl.Float64Var(&f.input, "price-in", 0, "dollars for a million tokens of its prompts")
	fl.Float64Var(&f.output, "price-out", 0, "dollars for a million tokens of its answers")
	fl.Float64Var(&f.most, "max-dollars", 0, "the run ends before it spends more; needs the prices; 0 for no limit")
	fl.BoolVar(&f.answers, "answers", false, "write its answers into the reports")
}

func (f *readerFlags) validate(relayed bool) error {
	var errs []error
	if f.url != "" && f.model == "" {
		errs = append(errs, errors.New("--reader needs --reader-model"))
	}
	if f.concurrency < 1 {
		errs = append(errs, errors.New("--concurrency must be at least 1"))
	}
	for _, amount := range []float64{f.input, f.output, f.most} {
		if !(amount >= 0) || math.IsInf(amount, 0) {
			errs = append(errs, fmt.Errorf("prices and --max-dollars must be numbers, and must not be negative; got %v", amount))
		}
	}
	for _, price := range []float64{f.input, f.output} {
		if price > 0 && price < reader.LeastPrice {
			errs = append(errs, fmt.Errorf("prices are dollars for a million tokens; %v is less than anybody asks, and looks like one for a single token", price))
		}
	}
	if f.most > 0 && (f.input == 0 || f.output == 0) {
		errs = append(errs, errors.New("--max-dollars needs --price-in and --price-out"))
	}
	if f.url == "" && !relayed && (f.model != "" || f.input > 0 || f.output > 0 || f.most > 0) {
		errs = append(errs, errors.New("--reader-model, prices and --max-dollars are of no use without --reader"))
	}
	return errors.Join(errs...)
}

// paid is the readers of a run, with what they spent. Without a reader it does nothing.
type paid struct {
	store   *reader.Store
	clients []*reader.Client
}

// open completes o by a reader, if there is to be one.
func (f *readerFlags) open(o *suite.Options, c *Config, out string, m *methodFlags) (*paid, error) {
	p := &paid{}
	base := f.url
	if m.relayed() {
		base = serviceURL(m.url)
	}
	if base == "" {
		return p, nil
	}
	segmenter, err := chinese(c.exeDir, o.Set.Tasks)
	if err != nil {
		return nil, err
	}
	if p.store, err = reader.OpenStore(filepath.Join(out, "answers")); err != nil {
		return nil, err
	}
	key := c.getenv("PITH_READER_KEY")
	if key == "" {
		key = c.getenv("OPENAI_API_KEY")
	}
	if f.retries == 0 {
		f.retries = -1 // the package's zero is its default
	}
	ro := reader.Options{BaseURL: base, Key: key, Model: f.model, System: f.system, Temperature: f.temperature, Retries: f.retries,
		Timeout: f.timeout, Input: f.input, Output: f.output, MaxDollars: f.most, Count: tokensFor(f.model), Store: p.store}
	if f.seed >= 0 {
		ro.Seed = &f.seed
	}
	if err := p.connect(o, ro, m, c); err != nil {
		p.Close()
		return nil, err
	}
	o.Concurrency, o.Input, o.Output, o.Answers = f.concurrency, f.input, f.output, f.answers
	o.Score = metric.Scorer{Segment: segmenter}.Score
	return p, nil
}

// connect makes the readers: one, or through a running proxy one for each of its methods
// and rates.
func (p *paid) connect(o *suite.Options, ro reader.Options, m *methodFlags, c *Config) error {
	meter := reader.NewMeter(ro.MaxDollars)
	ro.MaxDollars = 0
	ask := func(ro reader.Options) (*reader.Client, error) {
		ro.Meter = meter
		client, err := reader.New(ro)
		if err != nil {
			return nil, usageError{fmt.Errorf("--reader: %w", err)}
		}
		p.clients = append(p.clients, client)
		return client, nil
	}
	if m.relayed() {
		ro.Header = proxyHeaders(evalMethod{}, 0)
	}
	client, err := ask(ro)
	if err != nil {
		return err
	}
	if err := client.Recall(); err != nil { // results in the journal do not ask it again
		return err
	}
	o.Reader = client
	if !m.relayed() {
		return nil
	}
	// What the proxy makes of a prompt decides the answer; the whole text goes through as it is.
	if ro.State, err = servedState(m.url, c.getenv("PITH_API_KEY")); err != nil {
		return err
	}
	for i := range o.Arms {
		picked, err := pickMethods([]string{o.Arms[i].Name()})
		if err != nil {
			return err
		}
		if picked[0].request == nil {
			continue
		}
		readers := map[float64]reader.Reader{}
		for _, rate := range append([]float64{0}, o.Rates...) {
			ro.Header = proxyHeaders(picked[0], rate)
			if readers[rate], err = ask(ro); err != nil {
				return err
			}
		}
		o.Arms[i].Reader = func(rate float64) reader.Reader { return readers[rate] }
	}
	return nil
}

// tokensFor counts tokens for the cap as the model does, or as well as can be: of one that
// is not known in o200k_base. The report's unit may be words, which are fewer.
func tokensFor(model string) func(string) int {
	return targetCounter(model).Count
}

// chinese returns what cuts Chinese, if a task's metric needs it.
func chinese(exeDir string, tasks []dataset.Task) (func(string) []string, error) {
	for _, t := range tasks {
		if !metric.NeedsSegmenter(t.Metric) {
			continue
		}
		dir, err := jieba.Find(exeDir)
		if err != nil {
			return nil, fmt.Errorf("task %s: %w", t.Name, err)
		}
		s, err := jieba.Load(dir)
		if err != nil {
			return nil, err
		}
		return s.Cut, nil
	}
	return nil, nil
}

// Close implements io.Closer.
func (p *paid) Close() {
	if p.store != nil {
		_ = p.store.Close()
	}
}

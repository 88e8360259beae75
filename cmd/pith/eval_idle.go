package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// idle reports flags that were given and have no effect: who gives one expects something.
func (f *runFlags) idle() error {
	needles := slices.Contains(f.sets.paths, needleSet)
	files := slices.ContainsFunc(f.sets.paths, func(p string) bool { return p != needleSet })
	peer := slices.ContainsFunc(f.methods.names, func(n string) bool { return strings.TrimSpace(n) == peerMethod })
	var errs []error
	for _, group := range []struct {
		used  bool
		need  string
		flags []string
	}{
		{needles, "--dataset needles", []string{"needle-kinds", "needle-lengths", "needle-depths", "needle-repeats", "needle-language", "haystack"}},
		{files, "a --dataset that is read", []string{"longbench-e", "prompt", "metric", "max-tokens", "demonstrations"}},
		{f.reader.url != "" || f.methods.relayed(), "--reader", []string{"reader-system", "reader-temperature", "reader-seed", "reader-timeout", "concurrency", "retries", "answers"}},
		{peer, "--methods " + peerMethod, []string{"llmlingua-python", "llmlingua-model", "llmlingua-1"}},
	} {
		if group.used {
			continue
		}
		if given := f.among(group.flags); len(given) > 0 {
			errs = append(errs, fmt.Errorf("without %s there is no use for --%s", group.need, strings.Join(given, ", --")))
		}
	}
	for _, list := range []struct {
		flag   string
		values []string
	}{{"methods", f.methods.names}, {"measures", f.measures}, {"tasks", f.sets.options.Tasks}, {"needle-kinds", f.sets.needle.Kinds}} {
		if f.given(list.flag) && len(list.values) == 0 {
			errs = append(errs, fmt.Errorf("--%s names nothing; leave it out for all", list.flag))
		}
	}
	return errors.Join(errs...)
}

// among returns those of the flags that were given.
func (f *runFlags) among(flags []string) []string {
	var out []string
	for _, name := range flags {
		if f.given(name) {
			out = append(out, name)
		}
	}
	return out
}

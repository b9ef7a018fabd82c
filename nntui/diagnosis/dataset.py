"""What a look at the data says before anything is learned from it."""

from __future__ import annotations

from collections.abc import Iterator

from nntui.diagnosis.case import Case
from nntui.diagnosis.finding import Finding, Rule
from nntui.diagnosis.flow import named
from nntui.diagnosis.thresholds import FINDINGS


def unscaled_inputs(case: Case) -> Iterator[Finding]:
    """Inputs far from mean 0 and spread 1: one shouts the others down, and the first layer starts on the flat part."""
    quality = case.quality
    if quality is None or case.experiment.network[0].takes_ids or not case.supervised:
        return
    if any(site.layer.family == "normalization" for site in case.plan.sites[:1]):
        return
    wide = FINDINGS["unscaled_inputs"].grade(quality.largest_std)
    if wide != "healthy":
        text = f"inputs are not scaled: one has a standard deviation of {quality.largest_std:.3g}, about 1 would be right"
        yield case.finding("unscaled_inputs", wide, text, None, 0, largest_std=quality.largest_std)
        return
    off = FINDINGS["off_centre_inputs"].grade(quality.largest_offset)
    if off != "healthy":
        text = f"inputs are not centred: the mean of one is {quality.largest_offset:.3g}, about 0 would be right"
        yield case.finding("unscaled_inputs", off, text, None, 0, largest_offset=quality.largest_offset)
    elif FINDINGS["tiny_inputs"].grade(quality.largest_std) != "healthy":
        text = f"inputs are tiny: no standard deviation is above {quality.largest_std:.2g}, about 1 would be right"
        yield case.finding("unscaled_inputs", "note", text, None, 0, largest_std=quality.largest_std)


def constant_inputs(case: Case) -> Iterator[Finding]:
    """Inputs that never vary say nothing."""
    quality = case.quality
    if quality is not None and quality.constant and not case.experiment.network[0].takes_ids:
        are = "input is" if quality.constant == 1 else "inputs are"
        text = f"{quality.constant} of {quality.inputs} {are} the same in every example, and so say nothing"
        yield case.finding("constant_inputs", "note", text, None, 0, constant=quality.constant, inputs=quality.inputs)


def leaked_examples(case: Case) -> Iterator[Finding]:
    """Examples held out that are also learned: validation then asks what the network has seen."""
    quality = case.quality
    severity = FINDINGS["leaked_examples"].grade(quality.leaked) if quality is not None else "healthy"
    if quality is not None and severity != "healthy":
        text = f"{100.0 * quality.leaked:.2g} % of the validation examples are also in the training part: validation looks too good"
        yield case.finding("leaked_examples", severity, text, None, 0, leaked=quality.leaked)


def contradicted_examples(case: Case) -> Iterator[Finding]:
    """Examples with one input and two answers: nothing can learn both."""
    quality = case.quality
    severity = FINDINGS["contradicted_examples"].grade(quality.contradicted) if quality is not None else "healthy"
    if quality is not None and severity != "healthy" and case.supervised and not case.experiment.network[0].takes_ids:
        share = f"{100.0 * quality.contradicted:.2g} % of the examples"
        text = f"{share} have the same inputs as one of another class: labels are noisy, or inputs missing"
        yield case.finding("contradicted_examples", severity, text, None, 0, contradicted=quality.contradicted)


def class_imbalance(case: Case) -> Iterator[Finding]:
    """One class much rarer than another: naming the common one is nearly always right."""
    quality = case.quality
    if quality is None or not quality.class_counts or not case.supervised or case.experiment.program.tag == "language_model":
        return  # some letters are rare in every language
    most, least = max(quality.class_counts), min(quality.class_counts)
    if FINDINGS["class_imbalance"].grade(most / max(least, 1)) == "healthy":
        return
    rare = quality.class_counts.index(least)
    name = case.data.classes[rare] if case.data is not None and case.data.classes else str(rare)
    evidence = {"most": float(most), "least": float(least)}
    missed = _recall(case, rare)
    if missed is not None and case.progress >= 0.1:
        evidence["recall"] = missed
        if FINDINGS["missed_class"].grade(missed) == "warning":
            text = f"class {name} is rare ({least} of {sum(quality.class_counts)}), and only {100.0 * missed:.0f} % of it is found"
            yield case.finding("class_imbalance", "warning", text, None, None, **evidence)
            return
    text = f"class {name} is rare ({least} of {sum(quality.class_counts)} examples): look at how much of it is found, not at accuracy"
    yield case.finding("class_imbalance", "note", text, None, 0, **evidence)


def _recall(case: Case, label: int) -> float | None:
    """Share of the training examples of a class that are answered right, if enough were looked at."""
    newest = next((one for one in reversed(case.evaluations) if one.split == "train" and one.right), None)
    quality = case.quality
    if newest is None or quality is None:
        return None
    asked = sum(newest.answered) * quality.class_counts[label] / sum(quality.class_counts)
    return min(newest.right[label] / asked, 1.0) if asked >= 3.0 else None


def no_output_bias(case: Case) -> Iterator[Finding]:
    """Without a bias at the end, the average answer has to be built from the inputs."""
    quality = case.quality
    weighted = [site for site in case.plan.walk() if any(p.name == "W" for p in site.parameters)]
    if quality is None or not weighted or not case.supervised or getattr(weighted[-1].layer, "bias", True):
        return
    site = weighted[-1]
    if any(one.layer.family == "normalization" for one in case.plan.sites[case.plan.sites.index(site) :] if site in case.plan.sites):
        return
    if quality.class_counts:
        skew = max(quality.class_counts) / max(min(quality.class_counts), 1)
        skewed = skew > (FINDINGS["class_imbalance"].note or 0.0)
        what = f"the classes are as uneven as {skew:.0f} to 1"
    else:
        skew = abs(quality.target_mean) / quality.target_std if quality.target_std > 0.0 else 0.0
        skewed = skew > 1.0
        what = f"the targets are {quality.target_mean:.3g} on average"
    if skewed:
        text = f"{named(site.path)} has no bias, but {what}: it can't start from the average answer"
        yield case.finding("no_output_bias", "warning", text, site.path, 0, skew=skew)


RULES = (
    Rule(unscaled_inputs, {"unscaled_inputs": ("standardize",)}, static=True),
    Rule(constant_inputs, {"constant_inputs": ()}, static=True),
    Rule(leaked_examples, {"leaked_examples": ()}, static=True),
    Rule(contradicted_examples, {"contradicted_examples": ()}, static=True),
    Rule(class_imbalance, {"class_imbalance": ("adam", "raise_rate", "longer")}),
    Rule(no_output_bias, {"no_output_bias": ("output_bias",)}, static=True),
)

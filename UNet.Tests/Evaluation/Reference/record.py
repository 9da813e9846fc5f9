"""Makes small images and records what scikit-image and plain numpy say of them, for ReferenceScoresTests.

Recorded with numpy 1.24.2, scipy 1.10.1, scikit-image 0.19.3: python3 record.py

membrane*.png: truth, 0 = membrane, 255 = cell; probability*.png: 256 times the probability of cell.
true-ids*.png, predicted-ids*.png: instance ids. scores.json: the values.
"""
import json
import pathlib

import numpy as np
from scipy import ndimage
from skimage import io
from skimage.metrics import adapted_rand_error, contingency_table, variation_of_information

FOLDER = pathlib.Path(__file__).parent
HEIGHT, WIDTH = 40, 56
FOUR = ndimage.generate_binary_structure(2, 1)
EIGHT = ndimage.generate_binary_structure(2, 2)
THRESHOLDS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99]


def cells(rng, count):
    """Nearest of a few random points: ids, and which pixels border on another cell."""
    points = rng.random((count, 2)) * (HEIGHT, WIDTH)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    ids = np.argmin((y[..., None] - points[:, 0]) ** 2 + (x[..., None] - points[:, 1]) ** 2, axis=-1) + 1
    border = np.zeros(ids.shape, bool)
    border[:-1] |= ids[:-1] != ids[1:]
    border[:, :-1] |= ids[:, :-1] != ids[:, 1:]
    return ids, border


def components(mask):
    return ndimage.label(mask, FOUR)[0]


def thinned(foreground):
    """Components grown in rounds, first come first served in row order; a pixel between two of them stays 0."""
    result = components(foreground)
    reached = foreground.copy()

    def around(y, x):
        return [(y + dy, x + dx) for dy, dx in ((-1, 0), (0, -1), (0, 1), (1, 0))
                if 0 <= y + dy < HEIGHT and 0 <= x + dx < WIDTH]

    queue = []
    for y, x in zip(*np.nonzero(foreground)):
        for near in around(y, x):
            if not reached[near]:
                reached[near] = True
                queue.append(near)
    for pixel in queue:  # grows while it is walked
        labels = {result[near] for near in around(*pixel)} - {0}
        if len(labels) != 1:
            continue
        result[pixel] = labels.pop()
        for near in around(*pixel):
            if not reached[near]:
                reached[near] = True
                queue.append(near)
    return result


def singletons(labels):
    """Each pixel without an object becomes an object of its own."""
    result = labels.copy()
    empty = labels == 0
    result[empty] = labels.max() + 1 + np.arange(empty.sum())
    return result


def v_rand(truth, labels):
    counts = contingency_table(truth, singletons(labels), ignore_labels=[0]).toarray()
    return 2 * (counts ** 2).sum() / ((counts.sum(0) ** 2).sum() + (counts.sum(1) ** 2).sum())


def v_info(truth, labels):
    labels = singletons(labels)
    split, merge = variation_of_information(truth, labels, ignore_labels=[0])

    def entropy(values):
        p = np.unique(values, return_counts=True)[1] / len(values)
        return -(p * np.log2(p)).sum()

    inside = truth > 0
    return 1 - (split + merge) / (entropy(truth[inside]) + entropy(labels[inside]))


def is_simple(patch):
    ring = patch.copy()
    ring[1, 1] = 0
    labels = components(ring)
    touching = {labels[p] for p in ((0, 1), (1, 0), (1, 2), (2, 1))} - {0}
    empty = ~ring
    empty[1, 1] = False
    return len(touching) == 1 and ndimage.label(empty, EIGHT)[1] == 1


def warping_error(truth, probability, threshold):
    warped = np.pad(truth, 1)
    proposal = np.pad(probability > threshold, 1)
    distance = np.pad(np.abs(probability - np.float32(threshold)), 1)
    while True:
        pixels = sorted(zip(*np.nonzero(warped != proposal)), key=lambda p: -distance[p])
        flips = 0
        for y, x in pixels:
            if is_simple(warped[y - 1:y + 2, x - 1:x + 2]):
                warped[y, x] ^= True
                flips += 1
        if flips == 0:
            break
    count = 0
    for y, x in pixels:
        without = warped.copy()
        without[y, x] = False
        around = components(without)[y - 1:y + 2, x - 1:x + 2]
        count += len(set(around.ravel()) - {0}) > 1
    return count / truth.size


def instance_scores(truth, predicted):
    true_ids = [i for i in np.unique(truth) if i]
    predicted_ids = [i for i in np.unique(predicted) if i]
    seg, iou = [], []
    for t in true_ids:
        score = 0.0
        for p in predicted_ids:
            both = ((truth == t) & (predicted == p)).sum()
            either = ((truth == t) | (predicted == p)).sum()
            iou.append((int(both), int(either)))
            if both > 0.5 * (truth == t).sum():
                score = both / either
        seg.append(score)
    ap, f1 = [], []
    for percent in range(50, 95, 5):
        tp = sum(100 * both > percent * either for both, either in iou)
        fp, fn = len(predicted_ids) - tp, len(true_ids) - tp
        ap.append(tp / (tp + fp + fn))
        f1.append(2 * tp / (2 * tp + fp + fn))
    return {"seg": seg, "ap": ap, "f1": f1}


def main():
    rng = np.random.default_rng(7)
    scores = {"thresholds": THRESHOLDS, "membranes": [], "instances": []}
    for i in range(3):
        _, border = cells(rng, 9)
        truth = ~ndimage.binary_dilation(border, FOUR)
        noisy = ndimage.gaussian_filter(truth.astype(float), 0.9) + 0.8 * ndimage.gaussian_filter(rng.standard_normal(truth.shape), 1.5)
        stored = np.clip(np.round(256 * noisy), 0, 255).astype(np.uint8)
        probability = (stored / 256).astype(np.float32)
        io.imsave(FOLDER / f"membrane{i}.png", (255 * truth).astype(np.uint8), check_contrast=False)
        io.imsave(FOLDER / f"probability{i}.png", stored, check_contrast=False)
        objects = components(truth)
        record = {"pixel-error": [], "rand-error": [], "warping-error": [], "vrand": [], "vinfo": []}
        for threshold in THRESHOLDS:
            proposal = probability > np.float32(threshold)
            wrong = (proposal != truth).sum()
            record["pixel-error"].append(float(wrong / (2 * (proposal & truth).sum() + wrong)))
            record["rand-error"].append(float(adapted_rand_error(objects, singletons(components(proposal)))[0]))
            record["warping-error"].append(warping_error(truth, probability, threshold))
            record["vrand"].append(float(v_rand(objects, thinned(proposal))))
            record["vinfo"].append(float(v_info(objects, thinned(proposal))))
        scores["membranes"].append(record)

        ids, border = cells(rng, 14)
        truth = ids * ~(border | (ids > 11))
        shift = (rng.integers(-2, 3), rng.integers(-2, 3))
        predicted = 100 + ndimage.shift(ids, shift, order=0, mode="nearest")
        predicted = predicted * ~ndimage.binary_dilation(border & (rng.random(border.shape) < 0.9)) * (ids != 3)
        predicted[predicted == 105] = 106
        io.imsave(FOLDER / f"true-ids{i}.png", truth.astype(np.uint16), check_contrast=False)
        io.imsave(FOLDER / f"predicted-ids{i}.png", predicted.astype(np.uint16), check_contrast=False)
        scores["instances"].append(instance_scores(truth, predicted))
    (FOLDER / "scores.json").write_text(json.dumps(scores, indent=1) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Makes the pictures and figures of docs/results.md again, from the public data sets in the folder $UNET_DATA:
#
#   UNET_DATA=DIR ./results.sh SET [--train] [--device NAME]
#
#   SET              isbi2012, dic-hela or dsb2018: a folder of that name in $UNET_DATA
#   --train          train anew even if there is a model
#   --device NAME    where to compute; auto by default
#
# Trains where results/SET.safetensors is missing (a run that was stopped goes on), segments the held-out images, and scores
# them. All of it goes into results/, which git ignores:
#
#   results/SET.safetensors, SET.csv     the model, and its training step by step
#   results/SET/images, SET/labels       links to the held-out images and their truth
#   results/SET/segmented                what the model makes of them
#   results/SET/scores.json              the figures
#   results/SET/pictures                 image, truth, probability and result side by side
#
# Exit codes: 0 done, 1 the work failed, 2 wrong usage or missing data, 130 stopped with Ctrl-C.
set -euo pipefail

unset CDPATH
start=$PWD
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

fail() { printf 'results: %s\n' "$*" >&2; exit 2; }

# What a set is trained with, which images are held out, and how they are segmented and scored: the commands of
# docs/results.md.
describe_set() {
    images=() labels=() segmenting=(--probabilities) scoring=()
    case $set in
        isbi2012)
            training=(--width 16 --tile 316 --validation 0.2 --augment paper --optimizer adamw --steps 2000 --seed 1)
            scoring=(--metrics iou,dice,pixel-error,rand-error,warping-error,vrand,vinfo --foreground 255
                --thresholds 0.05:0.95:0.05,0.99)
            images=("$data"/image/{16..19}.png)
            labels=("$data"/label/{16..19}.png)
            ;;
        dic-hela)
            training=(--truth silver --exclude-near-gold 2 --validation 0.1 --width 8 --padding same --tile 256
                --augment none --weight-map paper --class-balance off --optimizer adamw --steps 1200 --seed 1)
            segmenting+=(--instances)
            scoring=(--metrics iou,dice,seg,ap,f1)
            labels=("$data"/01_GT/SEG/man_seg*.tif)
            images=("${labels[@]/01_GT\/SEG\/man_seg/01\/t}")
            ;;
        dsb2018)
            training=(--width 16 --depth 3 --padding same --tile 128 --validation 0.25 --steps 2000
                --augment paper --weight-map paper --class-balance off --seed 1)
            segmenting+=(--instances)
            scoring=(--metrics iou,dice,seg,ap,f1)
            images=("$data"/images/*.png)
            images=("${images[@]: -40}")
            labels=("${images[@]/\/images\//\/masks\/}")
            ;;
    esac
}

main() {
    local LC_ALL=C data set='' model anew=no device=(--device auto) images labels training segmenting scoring
    read_arguments "$@"
    find_data
    describe_set
    require_files "${images[@]}" "${labels[@]}"
    model=results/$set.safetensors
    mkdir -p "results/$set"
    trap 'exit 130' INT    # Ctrl-C stops a training cleanly; what comes after it is not done then

    if [[ $anew == yes || ! -f $model ]]; then train; fi
    link_to images "${images[@]}"
    link_to labels "${labels[@]}"
    rm -rf "results/$set/segmented" "results/$set/pictures"
    run segment "$model" "results/$set/images" -o "results/$set/segmented" "${segmenting[@]}" "${device[@]}"
    run evaluate "results/$set/segmented" "results/$set/labels" "${scoring[@]}" --json "results/$set/scores.json" \
        --pictures "results/$set/pictures" --images "results/$set/images"
}

read_arguments() {
    while [[ $# -gt 0 ]]; do
        case $1 in
            isbi2012 | dic-hela | dsb2018)
                [[ -z $set ]] || fail "one set at a time: '$set' or '$1'."
                set=$1
                ;;
            --train) anew=yes ;;
            --device)
                [[ $# -gt 1 ]] || fail '--device takes a name; see ./unet devices.'
                device=(--device "$2")
                shift
                ;;
            -h | --help)
                sed -n '2,/^# Exit codes/s/^# \{0,1\}//p' results.sh
                exit 0
                ;;
            *) fail "'$1' is neither a set (isbi2012, dic-hela, dsb2018) nor an option (--train, --device NAME)." ;;
        esac
        shift
    done
    [[ -n $set ]] || fail 'which set? Give isbi2012, dic-hela or dsb2018.'
}

find_data() {
    [[ -n ${UNET_DATA-} ]] || fail "set UNET_DATA to the folder that holds $set/, such as: UNET_DATA=~/data ./results.sh $set"
    data=$(cd "$start" && cd "$UNET_DATA" 2> /dev/null && pwd) || fail "UNET_DATA names '$UNET_DATA', which is no folder."
    data=$data/$set
    [[ -d $data ]] || fail "there is no folder '$data'; get the data set and put it there, or correct UNET_DATA."
}

require_files() {
    local file
    for file; do [[ -f $file ]] || fail "'$file' is missing; the data set '$set' is not complete."; done
}

run() {
    printf '\n$ ./unet %s\n' "$*"
    ./unet "$@"
}

# The model gets its name when it is whole: until then, the next start goes on with the training.
train() {
    local unfinished=results/$set.training
    if [[ $anew == no && -f $unfinished.state.safetensors ]]; then training+=(--resume); fi
    run train "$data" -o "$unfinished.safetensors" "${training[@]}" --log "results/$set.csv" "${device[@]}"
    mv "$unfinished.safetensors" "$model"
    rm -f "$unfinished.last.safetensors" "$unfinished.state.safetensors"
}

# link_to NAME FILE...: the folder results/SET/NAME with links to the files and nothing else.
link_to() {
    local folder=results/$set/$1
    shift
    rm -rf "$folder"
    mkdir "$folder"
    ln -s "$@" "$folder"
}

main "$@"

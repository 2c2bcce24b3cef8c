"""Why a recording could not be analysed as a whole: in kinds, and in Chinese as well. Pure.

The sentence that stands in ``episodes.json`` is English; a page shows it in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from vision.results import VideoRecord
from vision.words import Term


@dataclass(frozen=True, slots=True)
class Kind:
    """Failures that have one cause and one remedy; ``zh`` says it with the pattern's groups."""

    name: Term
    remedy: Term
    patterns: Mapping[str, str]


UNKNOWN: Final = Kind(
    Term("其他原因", "Other reasons"),
    Term("按所写原因处理后再分析", "see the reason, mend it, analyse again"),
    {},
)
KINDS: Final = (
    Kind(
        Term("空文件", "Empty files"),
        Term("重新复制", "copy them again"),
        {r"is empty;": "文件是空的"},
    ),
    Kind(
        Term("读不到的文件", "Files that cannot be read"),
        Term("检查文件是否还在、有无读取权限", "check that they are there, and their rights"),
        {
            r"there is no file": "文件不存在",
            r"is not a file;": "不是文件",
            r"cannot be read \((.*)\);": "读不到（{0}）",
            r"cannot be fetched \((.*)\);": "取不到（{0}）",
        },
    ),
    Kind(
        Term("不是录像，或索引已丢失", "No video, or its index is lost"),
        Term("从录像机重新导出为 MP4", "export them again as MP4"),
        {r"is not a video that can be opened.*\((.*)\)": "打不开（{0}）"},
    ),
    Kind(
        Term("没有画面", "No picture in them"),
        Term("只有声音，或没有一帧能解码；换一个文件", "sound alone, or not one frame decodes"),
        {
            r"has no video in it": "里面没有视频",
            r"holds no picture that can be decoded": "没有一帧画面能解码",
            r"cannot be decoded \((.*)\)": "无法解码（{0}）",
            r"has no pixels": "画面尺寸为零",
        },
    ),
    Kind(
        Term("画面太大", "Pictures too large"),
        Term("先缩小再分析", "make them smaller first"),
        {r"is (\d+x\d+), more than": "画面为 {0}，超过上限"},
    ),
    Kind(
        Term("中途截断", "Cut short"),
        Term("已分析到截断处；能找到完整文件时重新复制", "analysed up to the cut; copy them again"),
        {r"the recording ends at ([\d.]+) s of ([\d.]+) s": "共 {1} 秒，到第 {0} 秒就断了"},
    ),
    Kind(
        Term("部分损坏", "Damaged in part"),
        Term("其余部分已分析", "the rest was analysed"),
        {
            r"(\d+) damaged packet\(s\), the first at ([\d.]+) s": (
                "{0} 处数据损坏，最早在第 {1} 秒，其余已分析"
            ),
            r"clock was set anew at ([\d.]+) s": "第 {0} 秒处录像时钟被重置，其后时间按顺延计",
        },
    ),
    Kind(
        Term("读取时仍在变动", "Changed while they were read"),
        Term("等录像写完再分析", "analyse again when they are finished"),
        {r"changed while it was read": "分析过程中文件有变动"},
    ),
    Kind(
        Term("读它的进程被系统终止", "Its process was killed"),
        Term("多半是内存不足；减少 --workers 后再分析", "likely for lack of memory: fewer workers"),
        {r"the process that read it was killed": "读它的进程被终止，多半是内存不足"},
    ),
    Kind(
        Term("不在录像清单里", "Not in the list of recordings"),
        Term("在清单里补一条", "add an entry"),
        {r"no entry of the list of recordings": "录像清单里没有与它相符的一条"},
    ),
)


def kind_of(error: str) -> Kind:
    """Which kind a sentence is of."""
    return next((k for k in KINDS if any(re.search(p, error) for p in k.patterns)), UNKNOWN)


def reason(error: str) -> Term:
    """The sentence in both languages; in English alone where no Chinese is known for it."""
    for pattern, chinese in kind_of(error).patterns.items():
        if found := re.search(pattern, error):
            return Term(chinese.format(*found.groups()), error)
    return Term(error, error)


def by_kind(videos: Iterable[VideoRecord]) -> list[tuple[Kind, list[VideoRecord]]]:
    """The recordings with an error, the most frequent kind first."""
    found: dict[str, tuple[Kind, list[VideoRecord]]] = {}
    for video in videos:
        if video.error:
            kind = kind_of(video.error)
            found.setdefault(kind.name.en, (kind, []))[1].append(video)
    return sorted(found.values(), key=lambda one: (-len(one[1]), one[0].name.en))

"""The messages and enums of the datasets service; the methods are in `datasets`."""

from enum import auto

from brant.contract.codec import Message, Timestamp, WireEnum


class CollaboratorType(WireEnum):
    """What a collaborator may do."""

    COLLABORATOR_TYPE_UNSPECIFIED = auto()
    READER = auto()
    WRITER = auto()
    OWNER = auto()
    ADMIN = auto()


class DatabundleVersionStatus(WireEnum):
    """How far the newest version of a dataset has come; READY is what clients wait for."""

    NOT_YET_PERSISTED = auto()
    BLOBS_RECEIVED = auto()
    BLOBS_DECOMPRESSED = auto()
    BLOBS_COPIED_TO_SDS = auto()
    INDIVIDUAL_BLOBS_COMPRESSED = auto()
    READY = auto()
    FAILED = auto()
    DELETED = auto()
    REPROCESSING = auto()


class DatasetSelectionGroup(WireEnum):
    """Whose datasets to list."""

    DATASET_SELECTION_GROUP_PUBLIC = auto()
    DATASET_SELECTION_GROUP_MY = auto()
    DATASET_SELECTION_GROUP_USER = auto()
    DATASET_SELECTION_GROUP_USER_SHARED_WITH_ME = auto()
    DATASET_SELECTION_GROUP_UPVOTED = auto()
    DATASET_SELECTION_GROUP_MY_PRIVATE = auto()
    DATASET_SELECTION_GROUP_MY_PUBLIC = auto()
    DATASET_SELECTION_GROUP_ORGANIZATION = auto()
    DATASET_SELECTION_GROUP_BOOKMARKED = auto()
    DATASET_SELECTION_GROUP_COLLABORATION = auto()
    DATASET_SELECTION_GROUP_SHARED_WITH_USER = auto()
    DATASET_SELECTION_GROUP_FEATURED = auto()
    DATASET_SELECTION_GROUP_ALL = auto()
    DATASET_SELECTION_GROUP_UNFEATURED = auto()


class DatasetSortBy(WireEnum):
    """The order of a list of datasets."""

    DATASET_SORT_BY_HOTTEST = auto()
    DATASET_SORT_BY_VOTES = auto()
    DATASET_SORT_BY_UPDATED = auto()
    DATASET_SORT_BY_ACTIVE = auto()
    DATASET_SORT_BY_PUBLISHED = auto()
    DATASET_SORT_BY_RELEVANCE = auto()
    DATASET_SORT_BY_LAST_VIEWED = auto()
    DATASET_SORT_BY_USABILITY = auto()
    DATASET_SORT_BY_DOWNLOAD_COUNT = auto()
    DATASET_SORT_BY_NOTEBOOK_COUNT = auto()


class DatasetSizeGroup(WireEnum):
    """Datasets of about this size; the bounds are the server's."""

    DATASET_SIZE_GROUP_ALL = auto()
    DATASET_SIZE_GROUP_SMALL = auto()
    DATASET_SIZE_GROUP_MEDIUM = auto()
    DATASET_SIZE_GROUP_LARGE = auto()


class DatasetFileTypeGroup(WireEnum):
    """Datasets that hold a file of this type."""

    DATASET_FILE_TYPE_GROUP_ALL = auto()
    DATASET_FILE_TYPE_GROUP_CSV = auto()
    DATASET_FILE_TYPE_GROUP_SQLITE = auto()
    DATASET_FILE_TYPE_GROUP_JSON = auto()
    DATASET_FILE_TYPE_GROUP_BIG_QUERY = auto()
    DATASET_FILE_TYPE_GROUP_PARQUET = auto()


class DatasetLicenseGroup(WireEnum):
    """Datasets under a licence of this family."""

    DATASET_LICENSE_GROUP_ALL = auto()
    DATASET_LICENSE_GROUP_CC = auto()
    DATASET_LICENSE_GROUP_GPL = auto()
    DATASET_LICENSE_GROUP_ODB = auto()
    DATASET_LICENSE_GROUP_OTHER = auto()


class DatasetViewedGroup(WireEnum):
    """Whether the actor has looked at the dataset."""

    DATASET_VIEWED_GROUP_UNSPECIFIED = auto()
    DATASET_VIEWED_GROUP_VIEWED = auto()


class ApiDatasetColumn(Message):
    """One column of a tabular file; `order` counts from 0."""

    order: int | None = None
    name: str | None = None
    type: str | None = None
    original_type: str | None = None
    description: str | None = None


class ApiDatasetNewFile(Message):
    """One uploaded file of a new version, named by its upload token."""

    token: str | None = None
    description: str | None = None
    columns: list[ApiDatasetColumn] = []


class ApiUploadDirectoryInfo(Message):
    """A folder of a new version: its files, and its folders in turn."""

    name: str = ""
    directories: list["ApiUploadDirectoryInfo"] = []
    files: list[ApiDatasetNewFile] = []


class ApiCreateDatasetRequest(Message):
    """Publishes the first version of a new dataset."""

    id: int | None = None
    owner_slug: str | None = None
    slug: str | None = None
    title: str | None = None
    license_name: str | None = None
    is_private: bool = False
    files: list[ApiDatasetNewFile] = []
    subtitle: str | None = None
    description: str | None = None
    category_ids: list[str] = []
    directories: list["ApiUploadDirectoryInfo"] = []


class ApiCreateDatasetResponse(Message):
    """`status` is `ok`, or `error` says why nothing was made (with HTTP 200, as clients expect)."""

    ref: str | None = None
    url: str | None = None
    status: str | None = None
    error: str | None = None
    invalid_tags: list[str] = []


class ApiCreateDatasetVersionRequestBody(Message):
    """What a new version is made of."""

    version_notes: str | None = None
    delete_old_versions: bool = False
    files: list[ApiDatasetNewFile] = []
    subtitle: str | None = None
    description: str | None = None
    category_ids: list[str] = []
    directories: list["ApiUploadDirectoryInfo"] = []


class ApiCreateDatasetVersionRequest(Message):
    """A new version of the dataset named by its handle."""

    owner_slug: str = ""
    dataset_slug: str = ""
    body: ApiCreateDatasetVersionRequestBody | None = None


class ApiCreateDatasetVersionByIdRequest(Message):
    """A new version of the dataset named by its number."""

    id: int = 0
    body: ApiCreateDatasetVersionRequestBody | None = None


class ApiDeleteDatasetRequest(Message):
    """Removes a dataset, all its versions included."""

    owner_slug: str = ""
    dataset_slug: str = ""


class ApiDeleteDatasetResponse(Message):
    """`error` says why nothing was deleted."""

    error: str | None = None


class ApiDownloadDatasetRequest(Message):
    """One file of a version, or without `file_name` the whole version as one zip."""

    owner_slug: str = ""
    dataset_slug: str = ""
    file_name: str | None = None
    dataset_version_number: int | None = None
    raw: bool = False
    hash_link: str | None = None


class ApiDownloadDatasetRawRequest(Message):
    """As DownloadDataset, and never converted or zipped."""

    owner_slug: str = ""
    dataset_slug: str = ""
    file_name: str | None = None
    dataset_version_number: int | None = None


class ApiGetDatasetRequest(Message):
    """One dataset by its handle."""

    owner_slug: str = ""
    dataset_slug: str = ""


class ApiCategory(Message):
    """A tag."""

    ref: str = ""
    name: str | None = None
    description: str | None = None
    full_path: str | None = None
    competition_count: int = 0
    dataset_count: int = 0
    script_count: int = 0
    total_count: int = 0


class ApiDatasetFile(Message):
    """One file of a version; `name` is its path in the version, `total_bytes` its size."""

    ref: str = ""
    dataset_ref: str | None = None
    owner_ref: str | None = None
    name: str | None = None
    creation_date: Timestamp | None = None
    description: str | None = None
    file_type: str | None = None
    url: str | None = None
    total_bytes: int = 0
    columns: list[ApiDatasetColumn] = []


class ApiDatasetVersion(Message):
    """One version; `version_number` counts from 1."""

    version_number: int = 0
    creation_date: Timestamp | None = None
    creator_name: str | None = None
    creator_ref: str | None = None
    version_notes: str | None = None
    status: str | None = None


class ApiDataset(Message):
    """A dataset as lists and views show it. Sizes are in bytes, `usability_rating` is from 0 to 1."""

    id: int = 0
    ref: str = ""
    subtitle: str | None = None
    creator_name: str | None = None
    creator_url: str | None = None
    total_bytes: int | None = None
    url: str | None = None
    last_updated: Timestamp | None = None
    download_count: int = 0
    is_private: bool = False
    is_featured: bool = False
    license_name: str | None = None
    description: str | None = None
    owner_name: str | None = None
    owner_ref: str | None = None
    kernel_count: int = 0
    title: str | None = None
    topic_count: int = 0
    view_count: int = 0
    vote_count: int = 0
    current_version_number: int | None = None
    usability_rating: float | None = None
    tags: list[ApiCategory] = []
    files: list[ApiDatasetFile] = []
    versions: list[ApiDatasetVersion] = []
    thumbnail_image_url: str | None = None


class ApiGetDatasetFilesSummaryRequest(Message):
    """Counts of files and columns of one version."""

    owner_slug: str = ""
    dataset_slug: str = ""
    dataset_version_number: int | None = None


class ApiFileExtensionSummaryInfo(Message):
    """How many files have one extension, and their bytes together."""

    extension: str = ""
    file_count: int = 0
    total_size: int = 0


class ApiFileSummaryInfo(Message):
    """All files, by extension."""

    total_file_count: int = 0
    file_types: list[ApiFileExtensionSummaryInfo] = []


class ApiColumnTypeSummaryInfo(Message):
    """How many columns have one type."""

    column_type: str | None = None
    column_count: int = 0


class ApiColumnSummaryInfo(Message):
    """All columns, by type."""

    total_column_count: int = 0
    column_types: list[ApiColumnTypeSummaryInfo] = []


class ApiFilesSummary(Message):
    """Counts of the files and columns of one version."""

    file_summary_info: ApiFileSummaryInfo | None = None
    column_summary_info: ApiColumnSummaryInfo | None = None


class ApiGetDatasetMetadataRequest(Message):
    """What `dataset-metadata.json` is written from."""

    owner_slug: str = ""
    dataset_slug: str = ""


class SettingsLicense(Message):
    """A licence by its name."""

    name: str | None = None


class DatasetCollaborator(Message):
    """A user or a group, one of the two, and a role."""

    username: str | None = None
    group_slug: str | None = None
    role: CollaboratorType = CollaboratorType.COLLABORATOR_TYPE_UNSPECIFIED


class DatasetSettingsFileColumn(Message):
    """The description of one column."""

    name: str = ""
    description: str | None = None
    type: str | None = None


class DatasetSettingsFile(Message):
    """The description of one file."""

    name: str = ""
    description: str | None = None
    total_bytes: int = 0
    columns: list[DatasetSettingsFileColumn] = []


class DatasetInfo(Message):
    """What `dataset-metadata.json` holds under `info`."""

    dataset_id: int = 0
    dataset_slug: str | None = None
    owner_user: str | None = None
    usability_rating: float | None = None
    total_views: int = 0
    total_votes: int = 0
    total_downloads: int = 0
    title: str | None = None
    subtitle: str | None = None
    description: str | None = None
    is_private: bool = False
    keywords: list[str] = []
    licenses: list[SettingsLicense] = []
    collaborators: list[DatasetCollaborator] = []
    data: list[DatasetSettingsFile] = []
    expected_update_frequency: str | None = None
    user_specified_sources: str | None = None


class ApiGetDatasetMetadataResponse(Message):
    """`info`, or why there is none."""

    info: DatasetInfo | None = None
    error_message: str | None = None


class ApiGetDatasetStatusRequest(Message):
    """Asks how far the newest version has come; official clients also ask to see whether a dataset exists."""

    owner_slug: str = ""
    dataset_slug: str = ""


class ApiGetDatasetStatusResponse(Message):
    """The state of the newest version."""

    status: DatabundleVersionStatus = DatabundleVersionStatus.NOT_YET_PERSISTED


class ApiListDatasetFilesRequest(Message):
    """A page of a version's files, in path order."""

    owner_slug: str = ""
    dataset_slug: str = ""
    dataset_version_number: int | None = None
    page_token: str | None = None
    page_size: int | None = None


class ApiListDatasetFilesResponse(Message):
    """`next_page_token` is empty on the last page."""

    dataset_files: list[ApiDatasetFile] = []
    error_message: str | None = None
    next_page_token: str | None = None


class ApiListDatasetsRequest(Message):
    """A page of datasets. `page` counts from 1 and gives way to `page_token`; sizes are in bytes."""

    group: DatasetSelectionGroup = DatasetSelectionGroup.DATASET_SELECTION_GROUP_PUBLIC
    sort_by: DatasetSortBy = DatasetSortBy.DATASET_SORT_BY_HOTTEST
    size: DatasetSizeGroup = DatasetSizeGroup.DATASET_SIZE_GROUP_ALL
    file_type: DatasetFileTypeGroup = DatasetFileTypeGroup.DATASET_FILE_TYPE_GROUP_ALL
    license: DatasetLicenseGroup = DatasetLicenseGroup.DATASET_LICENSE_GROUP_ALL
    viewed: DatasetViewedGroup = DatasetViewedGroup.DATASET_VIEWED_GROUP_UNSPECIFIED
    tag_ids: str | None = None
    search: str | None = None
    user: str | None = None
    min_size: int | None = None
    max_size: int | None = None
    page: int | None = None
    page_token: str | None = None
    page_size: int | None = None


class ApiListDatasetsResponse(Message):
    """`next_page_token` is empty on the last page."""

    datasets: list[ApiDataset] = []
    next_page_token: str = ""


class ApiListTreeDatasetFilesRequest(Message):
    """A page of what lies directly in the folder `path` of a version."""

    owner_slug: str = ""
    dataset_slug: str = ""
    dataset_version_number: int | None = None
    path: str | None = None
    page_token: str | None = None
    page_size: int | None = None


class ApiDirectory(Message):
    """A folder; `relative_url` is its path in the version."""

    name: str | None = None
    relative_url: str | None = None
    total_directories: int = 0
    total_files: int = 0
    total_children: int = 0


class ApiFile(Message):
    """A file; `relative_url` is its path in the version."""

    name: str | None = None
    creation_date: Timestamp | None = None
    total_bytes: int = 0
    relative_url: str | None = None
    description: str | None = None


class ApiDirectoryContent(Message):
    """Folders first, then files; the totals are those of all pages."""

    directories: list[ApiDirectory] = []
    files: list[ApiFile] = []
    total_children: int = 0
    total_directories: int = 0
    total_files: int = 0
    next_page_token: str = ""


class CroppedImageRectangle(Message):
    """A part of an image, in pixels."""

    title: str | None = None
    top: int = 0
    left: int = 0
    width: int = 0
    height: int = 0


class CroppedImageUpload(Message):
    """An uploaded image and the parts of it to show."""

    token: str | None = None
    crop_rectangles: list[CroppedImageRectangle] = []


class DatasetSettings(Message):
    """What UpdateDatasetMetadata sets."""

    title: str | None = None
    subtitle: str | None = None
    description: str | None = None
    is_private: bool = False
    keywords: list[str] = []
    licenses: list[SettingsLicense] = []
    collaborators: list[DatasetCollaborator] = []
    data: list[DatasetSettingsFile] = []
    expected_update_frequency: str | None = None
    user_specified_sources: str | None = None
    image: CroppedImageUpload | None = None


class ApiUpdateDatasetMetadataRequest(Message):
    """Sets the metadata of a dataset."""

    owner_slug: str = ""
    dataset_slug: str = ""
    settings: DatasetSettings | None = None


class ApiUpdateDatasetMetadataResponse(Message):
    """`errors` is empty when all was set."""

    errors: list[str] = []


class ApiUploadDatasetFileRequest(Message):
    """Starts an upload in the way of old clients."""

    file_name: str = ""
    content_length: int = 0
    last_modified_epoch_seconds: int = 0


class ApiUploadDatasetFileResponse(Message):
    """As StartBlobUpload answers."""

    token: str = ""
    create_url: str = ""

"""The proxy's verbs for courses."""

from collections.abc import Callable
from collections.abc import Generator
from typing import Any

from openstack import exceptions
from openstack import utils

from clouddesk.sdk.v1 import _base
from clouddesk.sdk.v1 import _common
from clouddesk.sdk.v1 import course as _course
from clouddesk.sdk.v1 import work_order as _work_order


class CoursesMixin(_base.BaseProxy):
    def courses(self, **query: Any) -> Generator[_course.Course, None, None]:
        """Retrieve a generator of courses

        :param query: Optional query parameters: ``name``, ``status`` (one or
            a list), ``template_id``, ``drift``, ``pool_id``, ``image_id``,
            ``limit``, ``marker``, ``sort_key``, ``sort_dir``, and for an
            admin ``all_projects`` and ``project_id``.

        :returns: A generator of :class:`~clouddesk.sdk.v1.course.Course`
            objects.
        """
        paginated = query.pop('paginated', True)
        return self._list(
            _course.Course, paginated=paginated, **_common.query(query)
        )

    def get_course(self, course: str | _course.Course) -> _course.Course:
        """Get a single course

        :param course: The id of a course or a
            :class:`~clouddesk.sdk.v1.course.Course` instance.

        :returns: One :class:`~clouddesk.sdk.v1.course.Course`
        :raises: :class:`~openstack.exceptions.NotFoundException` when no
            course matches.
        """
        return self._get(_course.Course, course)

    def find_course(
        self,
        name_or_id: str,
        ignore_missing: bool = True,
        *,
        all_projects: bool | None = None,
    ) -> _course.Course | None:
        """Find a single course

        :param name_or_id: The name or id of a course.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such course.
        :param all_projects: (admin) Look in every project.

        :returns: One :class:`~clouddesk.sdk.v1.course.Course` or None
        """
        return self._find_one(
            _course.Course, name_or_id, ignore_missing, all_projects
        )

    def create_course(self, **attrs: Any) -> _course.Course:
        """Create a course

        :param attrs: Attributes of a
            :class:`~clouddesk.sdk.v1.course.Course`; ``name``, ``size`` and
            either ``template_id`` or ``image_id`` and ``flavor_id`` are
            needed.

        :returns: The created :class:`~clouddesk.sdk.v1.course.Course`
        """
        return self._create(_course.Course, **attrs)

    def update_course(
        self, course: str | _course.Course, **attrs: Any
    ) -> _course.Course:
        """Change a course, its roster or its timetable

        :param course: The id of a course or a
            :class:`~clouddesk.sdk.v1.course.Course` instance.
        :param attrs: What changes.

        :returns: The updated :class:`~clouddesk.sdk.v1.course.Course`
        """
        return self._update(_course.Course, course, **attrs)

    def start_course(self, course: str | _course.Course) -> _course.Course:
        """Start a course beside its timetable

        :returns: The :class:`~clouddesk.sdk.v1.course.Course`; its
            ``work_order_id`` names what is under way.
        """
        return self._get_resource(_course.Course, course).act(self, 'start')

    def end_course(self, course: str | _course.Course) -> _course.Course:
        """End a course beside its timetable

        :returns: The :class:`~clouddesk.sdk.v1.course.Course`; its
            ``work_order_id`` names what is under way.
        """
        return self._get_resource(_course.Course, course).act(self, 'end')

    def wait_for_course(
        self,
        course: str | _course.Course,
        timeout: float | None = None,
        interval: float | None = 2,
        callback: Callable[[_course.Course], None] | None = None,
    ) -> _course.Course:
        """Wait until a course is idle or in session

        :param timeout: Seconds to wait at most; None waits for ever.
        :param interval: Seconds between two looks.
        :param callback: Called with the course after each look.

        :returns: The :class:`~clouddesk.sdk.v1.course.Course`
        :raises: :class:`~openstack.exceptions.ResourceTimeout` when the
            time is over.
        """
        found = self._get_resource(_course.Course, course)
        message = f'Timeout waiting for {found.id} to come to rest'
        for _count in utils.iterate_timeout(timeout, message, wait=interval):
            found = self.get_course(found.id)
            if callback:
                callback(found)
            if found.is_at_rest:
                break
        return found

    def delete_course(
        self,
        course: str | _course.Course,
        ignore_missing: bool = True,
        with_pool: bool = False,
    ) -> _work_order.WorkOrder | None:
        """Delete a course

        :param course: The id of a course or a
            :class:`~clouddesk.sdk.v1.course.Course` instance.
        :param ignore_missing: Whether to answer None, not to raise
            :class:`~openstack.exceptions.NotFoundException`, when there is
            no such course.
        :param with_pool: Whether to delete its pool, too.

        :returns: The :class:`~clouddesk.sdk.v1.work_order.WorkOrder` that
            deletes the pool, or None.
        """
        found = self._get_resource(_course.Course, course)
        try:
            return found.remove(self, with_pool)
        except exceptions.NotFoundException:
            if ignore_missing:
                return None
            raise
